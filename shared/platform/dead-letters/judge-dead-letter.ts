import type { DeadLetter } from '../../domain/delivery/dead-letter.js';
import { deliveryKeyOf, factsOf, isSettled } from '../../domain/delivery/delivery.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { Ports } from '../../domain/ports.js';
import type { Finding } from './dead-copy.js';

/** Ports of {@link judgeDeadLetter}. */
export type DeadLetterJudgeServices = Pick<Ports, 'clock' | 'deliveries'>;

/**
 * Judges a receiver's dead letter by the outcome of its delivery. A dead letter is written before that outcome, so that
 * a receiver that died in between left a dead letter without one. When nobody has gone on with the delivery, it is settled
 * here, as the dead letter says, and no later copy changes that; not so one about a text that came from another than it names. `overtaken`: the delivery has another outcome, or
 * somebody has gone on with it, who will write an outcome, and a dead letter if need be, of their own; nobody need hear
 * of this one.
 *
 * @throws LanewayError LEASE_LOST while a lease runs: the outcome may be about to be written; UNAVAILABLE
 */
export async function judgeDeadLetter(
  letter: DeadLetter,
  { decoded }: Finding,
  { clock, deliveries }: DeadLetterJudgeServices,
): Promise<'holds' | 'overtaken'> {
  if (!decoded) return 'holds';
  const { envelope } = decoded;
  const key = deliveryKeyOf(envelope, letter.receiver);
  const record = await deliveries.get(key);
  // Refused before any lease, or a dead letter about what the receiver could not send.
  if (!record) return 'holds';
  if (isSettled(record.state)) return record.state === 'dead-lettered' ? 'holds' : 'overtaken';
  // Of another agent's delivery a sender says nothing: that agent has the message, or another one of the same id.
  if (letter.sender !== undefined) return 'overtaken';
  // Such a text is of nobody: anybody who may send into a lane could end the delivery whose id it names. Where it was the message itself,
  // its receiver refuses it again and writes the outcome.
  if (letter.error.code === 'SENDER_MISMATCH') return 'overtaken';
  const now = clock.now();
  if (record.state === 'leased' && Date.parse(record.leasedUntil ?? '') > now)
    throw new LanewayError('LEASE_LOST', 'the delivery of a dead letter has no outcome yet; it is judged again later');
  if (record.updated > letter.at) return 'overtaken';
  const { copy, error } = letter;
  const outcome = { state: 'dead-lettered', copy, at: now, emissions: [], error } as const;
  const written = await deliveries.settleUnleased(key, factsOf(envelope), outcome);
  if (written === 'stored' || written.state === 'dead-lettered') return 'holds';
  if (isSettled(written.state)) return 'overtaken';
  throw new LanewayError(
    'LEASE_LOST',
    'somebody took the delivery of a dead letter just now; it is judged again later',
  );
}
