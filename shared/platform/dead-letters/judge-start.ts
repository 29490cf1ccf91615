import { deliveryKeyOf, factsOf, isSettled } from '../../domain/delivery/delivery.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import type { Ports } from '../../domain/ports.js';
import type { DecodedDeadCopy, Finding } from './dead-copy.js';
import { startedBy } from '../workflows/started-by.js';

/** Ports and settings of {@link judgeStart}. */
export interface StartJudgeServices extends Pick<Ports, 'clock' | 'deliveries'> {
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
}

/**
 * Judges a copy of a start message that the platform's functions received until SQS gave up. Each workflow that it should have
 * started and that has no outcome ends as a dead letter, so that none stays leased for ever.
 *
 * @returns one finding for each workflow that ended so; empty when every one has an outcome, or when the message starts nothing
 * @throws LanewayError LEASE_LOST while another copy starts one of them
 */
export async function judgeStart(dead: DecodedDeadCopy, services: StartJudgeServices): Promise<Finding[]> {
  const { clock, deliveries, starts } = services;
  const { decoded } = dead;
  if (dead.origin.kind !== 'platform' || !decoded || decoded.envelope.receiver !== undefined) return [];
  const { envelope } = decoded;
  const findings: Finding[] = [];
  for (const workflow of startedBy(envelope, starts)) {
    const receiver = `workflow:${workflow}`;
    const key = deliveryKeyOf(envelope, receiver);
    const record = await deliveries.get(key);
    // This copy may have settled the start without telling of it. It tells again, which changes nothing.
    if (record && isSettled(record.state) && (record.state !== 'dead-lettered' || record.copy !== dead.copy)) continue;
    const now = clock.now();
    const what = `the starter received the message that starts '${workflow}' until SQS gave up, and never wrote an outcome`;
    const error = summarizeError(new LanewayError('CRASHED', what, { retryable: false }));
    const outcome = { state: 'dead-lettered', copy: dead.copy, at: now, emissions: [], error } as const;
    const written = await deliveries.settleUnleased(key, factsOf(envelope), outcome);
    if (written !== 'stored' && !isSettled(written.state))
      throw new LanewayError('LEASE_LOST', `'${workflow}' is being started just now; it is judged again later`);
    if (written !== 'stored' && written.copy !== dead.copy) continue;
    const at = new Date(now).toISOString();
    const { body, copy } = dead;
    findings.push({ receiver, reason: 'crashed', error, tries: record?.tries ?? 0, at, copy, body, decoded });
  }
  return findings;
}
