import { Buffer } from 'node:buffer';
import { CLAIM_CHECK_BYTES, payloadPlace, putText, withoutPayload } from '../../domain/delivery/claim-check.js';
import type { DeadLetterEntry, Resolution } from '../../domain/delivery/dead-letter.js';
import { schemaUri, type Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import { originOf } from '../../domain/wire/writers.js';
import { encodeData } from '../../message/message-type.js';
import { examineDeadLetter } from './examine-dead-letter.js';
import { checkRedriveExpiry } from './redrive-expiry.js';
import { operatorEntry, type Actor, type OperatorServices } from '../operator-services.js';
import { unvouched, withEnvelope } from './redrive-dead-letter.js';

/**
 * Settles a dead letter for good, and leaves its message alone.
 * @returns `settled` when somebody had settled the dead letter already: it stays as it is
 */
export async function discardDeadLetter(
  letter: DeadLetterEntry,
  actor: Actor,
  { book, clock }: OperatorServices,
): Promise<'discarded' | 'settled'> {
  if (letter.resolution && letter.resolution.state !== 'redriven') return 'settled';
  const at = new Date(clock.now()).toISOString();
  const resolution: Resolution = { state: 'discarded', ...actor, at };
  if (!(await book.resolve(letter, { ...letter, resolution }))) return 'settled';
  await book.record(operatorEntry('discard', letter, actor, { at }));
  return 'discarded';
}

/** An edited message on its way. */
export interface Edited {
  readonly id: string;
  readonly conversation: string;
  /** Id of the edited message, derived from the original's, its receiver and the version. */
  readonly successor: string;
  readonly receiver: string;
}

/**
 * Sends a message with another payload instead of a dead-lettered one, to the same receiver. The payload is checked
 * against the current schema. The original stays as it was; the new message has an id of its own, names the original as
 * its cause, and is valid for `expiresIn` milliseconds. Cut off before it was sent, the same edit goes on; as long as it has
 * not been received it is the same message, of which the first copy counts.
 *
 * @throws LanewayError SCHEMA for a payload that does not fit; REFUSED for a dead letter that holds no message, that is
 * settled or whose delivery has another state, or that would be refused for another reason than its payload; INVALID_OPTION for
 * an expiry beyond what a lane keeps
 */
export async function editDeadLetter(
  letter: DeadLetterEntry,
  given: { readonly data: unknown; readonly expiresIn: number; readonly vouch?: boolean },
  actor: Actor,
  services: OperatorServices,
): Promise<Edited> {
  const { book, clock, payloads, returns, topology } = services;
  checkRedriveExpiry(given.expiresIn, topology.model);
  const { resolution } = letter;
  if (resolution && !(await isOnItsWay(letter, services)))
    throw new LanewayError('REFUSED', `${resolution.by} has ${resolution.state} dead letter '${letter.id}'`);
  const { body, decoded, delivery, obstacle } = await examineDeadLetter(letter, services);
  const type = decoded && topology.types.get(decoded.envelope.type);
  if (body === undefined || !type || (obstacle && obstacle.code !== 'SCHEMA')) {
    const why =
      obstacle === undefined ? 'it holds no message of a known type' : `${obstacle.code}: ${obstacle.message}`;
    throw new LanewayError('REFUSED', `dead letter '${letter.id}' cannot be sent with another payload: ${why}`);
  }
  if (delivery && delivery.state !== 'dead-lettered')
    throw new LanewayError('REFUSED', `the delivery of dead letter '${letter.id}' is ${delivery.state}`);
  if (letter.vouched !== true && given.vouch !== true)
    throw new LanewayError('REFUSED', `dead letter '${letter.id}': ${unvouched(letter, decoded)}`);
  const { envelope: original, via } = decoded;
  const payload = encodeData(type, given.data);
  const successor = derivedId('edited', original.id, originOf(original), letter.receiver, '1');
  const now = clock.now();
  const at = new Date(now).toISOString();
  const expires = new Date(now + given.expiresIn).toISOString();
  const { deadline, ...rest } = withoutPayload(original);
  const text = JSON.stringify(payload);
  const big = Buffer.byteLength(text) > CLAIM_CHECK_BYTES;
  const envelope: Envelope = {
    ...rest,
    ...(big ? await putText(payloadPlace(original), text, payloads) : { data: payload }),
    id: successor,
    causationid: original.id,
    receiver: letter.receiver,
    dataschema: schemaUri(type.name, type.version),
    time: at,
    expires,
    ...(deadline === undefined ? {} : { deadline: Date.parse(deadline) > Date.parse(expires) ? deadline : expires }),
  };
  const vouchedBy = letter.vouched === true ? {} : { vouched: true as const };
  const edited = { ...letter, resolution: { state: 'edited', ...actor, at, successor } as const };
  if (!(await book.resolve(letter, edited)))
    throw new LanewayError('REFUSED', `somebody changed dead letter '${letter.id}' just now`);
  await book.record(operatorEntry('edit', letter, actor, { at, successor, expires, ...vouchedBy }));
  const message = withEnvelope(body, via, envelope);
  await returns.put({
    ...{ receiver: letter.receiver, lane: envelope.priority, direct: via === 'direct' },
    ...{ body: message, returns: 0 },
  });
  return { id: letter.id, conversation: letter.correlationId, successor, receiver: letter.receiver };
}

/** True for a dead letter that was edited and whose successor has not been received: not yet, or because it was never sent. */
async function isOnItsWay(letter: DeadLetterEntry, { deliveries }: OperatorServices): Promise<boolean> {
  const { correlationId, facts, receiver, resolution } = letter;
  if (resolution?.state !== 'edited' || resolution.successor === undefined || !facts) return false;
  const successor = { messageId: resolution.successor, origin: originOf(facts) };
  return (await deliveries.get({ correlationId, receiver, ...successor })) === undefined;
}
