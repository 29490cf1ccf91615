import { defined } from '../../domain/base/defined.js';
import type { Decoded } from '../../agent/receive/decode-copy.js';
import { holdsEmissions } from '../../agent/receive/emissions.js';
import type { OperatorEntry } from '../../domain/evidence/dead-letter-book.js';
import type { DeadLetterEntry, Resolution } from '../../domain/delivery/dead-letter.js';
import { isSettled, type DeliveryRecord } from '../../domain/delivery/delivery.js';
import { behindHandling } from '../../domain/delivery/lineage.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import { LINK_NOT_SHOWN } from '../../domain/base/without-links.js';
import { ApprovalRequested } from '../../message/system-messages.js';
import { awaitsRedrive } from '../../domain/delivery/lease.js';
import { lastUse } from '../../topology/last-use.js';
import { deliveryKey, examineDeadLetter } from './examine-dead-letter.js';
import { checkRedriveExpiry } from './redrive-expiry.js';
import { operatorEntry, type Actor, type OperatorServices } from '../operator-services.js';

/** Options of a redrive. */
export interface RedriveOptions {
  /** True to look only, and change nothing. @defaultValue false */
  readonly dryRun?: boolean;
  /** A new expiry, milliseconds from now, within the 4 days that a lane keeps; without it a message that has expired is not redriven. */
  readonly expiresIn?: number;
  /**
   * True to answer oneself for texts that nobody but their receivers vouch for; without it they are not redriven. The ledger keeps who
   * did. @defaultValue false
   */
  readonly vouch?: boolean;
}

/** Result of the redrive of one dead letter. */
export interface Redriven {
  readonly id: string;
  readonly conversation: string;
  readonly messageId?: string;
  readonly type?: string;
  readonly receiver: string;
  readonly result: 'sent' | 'would-send' | 'skipped' | 'failed';
  /** Reason for `skipped` or `failed`; for what is sent, what it lacks. */
  readonly why?: string;
}

/**
 * Puts a dead-lettered message back into its receiver's lane under its own id, after its delivery was opened again with
 * tries counted anew. Skipped, with the reason: a message that would be refused again (schema, topology, expiry), one that nobody but
 * its receiver vouches for, and a delivery
 * that has another outcome or is being worked on. In this order: resolution, operator entry, delivery, lane. Cut off in between,
 * the redrive of the same dead letter by id goes on; a second copy in the lane is a duplicate and adds no outcome.
 * Copies of a delivery whose outcome stands and whose messages were not sent stay out of the lane: the sweeper sends the messages.
 *
 * @throws LanewayError UNAVAILABLE, to be repeated; INVALID_OPTION for an expiry beyond what a lane keeps
 */
export async function redriveDeadLetter(
  letter: DeadLetterEntry,
  actor: Actor,
  options: RedriveOptions,
  services: OperatorServices,
): Promise<Redriven> {
  const { clock, deliveries, returns, topology } = services;
  checkRedriveExpiry(options.expiresIn, topology.model);
  const about = namesOf(letter);
  const skipped = (why: string): Redriven => ({ ...about, result: 'skipped', why });
  const { body: kept, decoded, delivery, obstacle } = await examineDeadLetter(letter, services);
  if (decoded && delivery && holdsUnsent(letter, delivery)) {
    if (options.dryRun === true) return { ...about, result: 'would-send' };
    const at = new Date(clock.now()).toISOString();
    if (!(await resolveRedriven(letter, actor, { at }, services)))
      return skipped('somebody changed the dead letter just now');
    const lineage = behindHandling(decoded.envelope, letter.receiver);
    await deliveries.noteUnsent(deliveryKey(letter, decoded.envelope), { lineage, due: at });
    return { ...about, result: 'sent' };
  }
  if (obstacle) return skipped(`it would be refused again: ${obstacle.code}: ${obstacle.message.split('\n')[0] ?? ''}`);
  if (kept === undefined || !decoded) return skipped('there is no message in it');
  const { envelope, gone } = withoutGoneLink(decoded.envelope);
  const body = gone === undefined ? kept : withEnvelope(kept, decoded.via, envelope);
  const taken = whyNot(letter, delivery);
  if (taken !== undefined) return skipped(taken);
  if (letter.vouched !== true && options.vouch !== true) return skipped(unvouched(letter, decoded));
  const now = clock.now();
  const over = lastUse(decoded.envelope, topology.model);
  if (over <= now && options.expiresIn === undefined)
    return skipped(`it expired at ${new Date(over).toISOString()}; --expires gives it a new expiry`);
  const expires = options.expiresIn === undefined ? undefined : new Date(now + options.expiresIn).toISOString();
  const copy = expires === undefined ? body : withExpiry(body, { ...decoded, envelope }, expires);
  if (options.dryRun === true) return { ...about, result: 'would-send', ...defined({ why: gone }) };

  const at = new Date(now).toISOString();
  const vouchedBy = letter.vouched === true ? {} : { vouched: true as const };
  if (!(await resolveRedriven(letter, actor, { at, ...defined({ expires }), ...vouchedBy }, services)))
    return skipped('somebody changed the dead letter just now');
  if (delivery && (await deliveries.reopen(deliveryKey(letter, decoded.envelope), letter.id, now)) === 'not-dead')
    return skipped('somebody works on the delivery just now');
  await returns.put({
    ...{ receiver: letter.receiver, lane: decoded.envelope.priority, direct: decoded.via === 'direct' },
    ...{ body: copy, returns: 0 },
  });
  return { ...about, result: 'sent', ...defined({ why: gone }) };
}

/** A message for people without the link that was not stored with it, and what to tell the operator then. */
function withoutGoneLink(envelope: Envelope): { readonly envelope: Envelope; readonly gone?: string } {
  const { data, type } = envelope;
  if (type !== ApprovalRequested.name || typeof data !== 'object' || data === null || !('link' in data))
    return { envelope };
  const { link, ...rest } = data;
  if (typeof link !== 'string' || !link.includes(LINK_NOT_SHOWN)) return { envelope };
  const gone = 'its link is stored nowhere, and is gone: decide with `laneway approval approve` or `reject`';
  return { envelope: { ...envelope, data: rest }, gone };
}

/** Resolves a dead letter as redriven, and records by whom. @returns false when somebody changed it meanwhile */
async function resolveRedriven(
  letter: DeadLetterEntry,
  actor: Actor,
  details: Pick<OperatorEntry, 'at' | 'expires' | 'vouched'>,
  { book }: Pick<OperatorServices, 'book'>,
): Promise<boolean> {
  const resolution: Resolution = { state: 'redriven', ...actor, at: details.at };
  const redrives = (letter.redrives ?? 0) + 1;
  if (!(await book.resolve(letter, { ...letter, redrives, resolution }))) return false;
  await book.record(operatorEntry('redrive', letter, actor, details));
  return true;
}

/**
 * True for a delivery whose outcome stands and whose messages wait: earlier releases gave them up and left a dead letter, and
 * a redrive that was cut off is gone on with.
 */
function holdsUnsent({ reason, resolution }: DeadLetterEntry, delivery: DeliveryRecord): boolean {
  const { state, sent, unsent } = delivery;
  if (!isSettled(state) || state === 'dead-lettered' || sent !== undefined || !holdsEmissions(delivery)) return false;
  return reason === 'crashed' && (resolution === undefined || unsent !== undefined);
}

/** Reason not to redrive a text that might be its receiver's own invention. */
export function unvouched({ receiver }: DeadLetterEntry, { envelope }: Decoded): string {
  return `only '${receiver}' says that ${envelope.source} sent it: the ledger holds no such message of that publisher; look at it, and vouch for it (--vouch) or discard it`;
}

/** Fields of a result that name its dead letter. */
export function namesOf(letter: DeadLetterEntry): Omit<Redriven, 'result' | 'why'> {
  return {
    id: letter.id,
    conversation: letter.correlationId,
    ...defined({ messageId: letter.messageId }),
    ...(letter.facts === undefined ? {} : { type: letter.facts.type }),
    receiver: letter.receiver,
  };
}

/** The dead letter of an id. @throws LanewayError NOT_FOUND */
export async function deadLetterById(id: string, { book }: Pick<OperatorServices, 'book'>): Promise<DeadLetterEntry> {
  const letter = await book.find(id);
  if (letter) return letter;
  throw new LanewayError('NOT_FOUND', `there is no dead letter '${id}'`, {
    help: ['`laneway dlq list --state any` lists them; settled ones are kept 21 days'],
  });
}

/** Reason not to redrive a dead letter, by its own state and that of its delivery; undefined when nothing speaks against it. */
function whyNot(letter: DeadLetterEntry, delivery: DeliveryRecord | undefined): string | undefined {
  const { resolution } = letter;
  if (resolution && resolution.state !== 'redriven') return `${resolution.by} has ${resolution.state} it`;
  if (!delivery || delivery.state === 'dead-lettered' || awaitsRedrive(delivery, letter.id)) return undefined;
  return delivery.state === 'leased' || delivery.state === 'retrying'
    ? 'its delivery is being worked on'
    : `its delivery is ${delivery.state}`;
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
