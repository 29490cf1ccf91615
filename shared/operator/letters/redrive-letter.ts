import type { Decoded } from '../../agent/receive/decode-copy.js';
import type { DeadLetterEntry, Resolution } from '../../domain/delivery/dead-letter.js';
import type { DeliveryRecord } from '../../domain/delivery/delivery.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import { awaitsRedrive } from '../../domain/delivery/lease.js';
import type { TopologyModel } from '../../topology/model.js';
import { deliveryKey, examineLetter } from './examine-letter.js';
import { operatorEntry, type Actor, type OperatorServices } from '../operator-services.js';

/** Options of a redrive. */
export interface RedriveOptions {
  /** True to look only, and change nothing. @defaultValue false */
  readonly dryRun?: boolean;
  /** A new expiry, milliseconds from now; without it a message that has expired is not redriven. */
  readonly expiresIn?: number;
}

/** Result of the redrive of one letter. */
export interface Redriven {
  readonly id: string;
  readonly conversation: string;
  readonly messageId?: string;
  readonly type?: string;
  readonly receiver: string;
  readonly result: 'sent' | 'would-send' | 'skipped' | 'failed';
  /** Reason for `skipped` or `failed`. */
  readonly why?: string;
}

/**
 * Puts a dead-lettered message back into its receiver's lane under its own id, after its delivery was opened again with
 * tries counted anew. Skipped, with the reason: a message that would be refused again (schema, topology, expiry), and a delivery
 * that has another outcome or is being worked on. In this order: resolution, operator entry, delivery, lane. Cut off in between,
 * the redrive of the same letter by id goes on; a second copy in the lane is a duplicate and adds no outcome.
 *
 * @throws LanewayError UNAVAILABLE, to be repeated
 */
export async function redriveLetter(
  letter: DeadLetterEntry,
  actor: Actor,
  options: RedriveOptions,
  services: OperatorServices,
): Promise<Redriven> {
  const { book, clock, deliveries, returns, topology } = services;
  const about = namesOf(letter);
  const skipped = (why: string): Redriven => ({ ...about, result: 'skipped', why });
  const { body, decoded, delivery, obstacle } = await examineLetter(letter, services);
  if (obstacle) return skipped(`it would be refused again: ${obstacle.code}: ${obstacle.message.split('\n')[0] ?? ''}`);
  if (body === undefined || !decoded) return skipped('there is no message in it');
  const taken = whyNot(letter, delivery);
  if (taken !== undefined) return skipped(taken);
  const now = clock.now();
  const over = lastUse(decoded.envelope, topology.model);
  if (over <= now && options.expiresIn === undefined)
    return skipped(`it expired at ${new Date(over).toISOString()}; --expires gives it a new expiry`);
  const expires = options.expiresIn === undefined ? undefined : new Date(now + options.expiresIn).toISOString();
  const copy = expires === undefined ? body : withExpiry(body, decoded, expires);
  if (options.dryRun === true) return { ...about, result: 'would-send' };

  const at = new Date(now).toISOString();
  const resolution: Resolution = { state: 'redriven', ...actor, at };
  const redrives = (letter.redrives ?? 0) + 1;
  if (!(await book.resolve(letter, { ...letter, redrives, resolution })))
    return skipped('somebody changed the dead letter just now');
  await book.record(operatorEntry('redrive', letter, actor, at, expires === undefined ? {} : { expires }));
  if (delivery && (await deliveries.reopen(deliveryKey(letter, decoded.envelope), letter.id, now)) === 'not-dead')
    return skipped('somebody works on the delivery just now');
  await returns.put({ receiver: letter.receiver, lane: decoded.envelope.priority, body: copy, returns: 0 });
  return { ...about, result: 'sent' };
}

/** Fields of a result that name its letter. */
export function namesOf(letter: DeadLetterEntry): Omit<Redriven, 'result' | 'why'> {
  return {
    id: letter.id,
    conversation: letter.correlationId,
    ...(letter.messageId === undefined ? {} : { messageId: letter.messageId }),
    ...(letter.facts === undefined ? {} : { type: letter.facts.type }),
    receiver: letter.receiver,
  };
}

/** The dead letter of an id. @throws LanewayError NOT_FOUND */
export async function letterById(id: string, { book }: Pick<OperatorServices, 'book'>): Promise<DeadLetterEntry> {
  const letter = await book.find(id);
  if (letter) return letter;
  throw new LanewayError('NOT_FOUND', `there is no dead letter '${id}'`, {
    help: ['`laneway dlq list --state any` lists them; settled ones are kept 21 days'],
  });
}

/** Reason not to redrive a letter, by its own state and that of its delivery; undefined when nothing speaks against it. */
function whyNot(letter: DeadLetterEntry, delivery: DeliveryRecord | undefined): string | undefined {
  const { resolution } = letter;
  if (resolution && resolution.state !== 'redriven') return `${resolution.by} has ${resolution.state} it`;
  if (!delivery || delivery.state === 'dead-lettered' || awaitsRedrive(delivery, letter.id)) return undefined;
  return delivery.state === 'leased' || delivery.state === 'retrying'
    ? 'its delivery is being worked on'
    : `its delivery is ${delivery.state}`;
}

/** Last time at which receivers still handle the message, milliseconds since 1970: a command is of no use after its deadline. */
function lastUse(envelope: Envelope, model: TopologyModel): number {
  const expires = Date.parse(envelope.expires);
  const isCommand = model.types[envelope.type]?.kind === 'command';
  return isCommand && envelope.deadline !== undefined ? Math.min(expires, Date.parse(envelope.deadline)) : expires;
}

/** The received text with another expiry; a deadline that ends before it moves along. */
function withExpiry(body: string, { envelope, via }: Decoded, expires: string): string {
  const deadline =
    envelope.deadline === undefined || Date.parse(envelope.deadline) >= Date.parse(expires)
      ? {}
      : { deadline: expires };
  return withEnvelope(body, via, { ...envelope, expires, ...deadline });
}

/** The received text with another envelope in it; what the bus vouched for stays. */
export function withEnvelope(body: string, via: Decoded['via'], envelope: Envelope): string {
  return JSON.stringify(via === 'direct' ? envelope : { ...(JSON.parse(body) as object), detail: envelope });
}
