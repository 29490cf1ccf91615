import { sendStored } from '../../agent/receive/emissions.js';
import type { DeliveryRecord, Unsent } from '../../domain/delivery/delivery.js';
import { summarizeError } from '../../domain/base/errors.js';
import type { Ports } from '../../domain/ports.js';
import { storeFinding } from '../dead-letters/drain-copy.js';
import type { Senders } from '../../publishing/send-messages.js';
import type { Held } from '../../domain/quarantine/quarantine.js';
import { HELD_AGAIN_MS, settleUndelivered, type SettleServices } from './look-at-intent.js';

/** Ports of the sweep of unsent messages. */
export interface UnsentServices extends SettleServices, Pick<Ports, 'cursors'> {
  readonly senders: Senders;
  /** Those who are in quarantine: nothing is sent in their name. */
  readonly held: Held;
}

/** Counts of one sweep of unsent messages. */
export interface UnsentSummary {
  /** Outcomes whose messages had waited, and were sent. */
  readonly sent: number;
  /** Outcomes whose messages still could not be sent; they are due again at the next run. */
  readonly unsent: number;
  /** False when the time ended the run: the next one goes on from there. */
  readonly complete: boolean;
}

/** Name of the place to which the sweep has come. */
const CURSOR = 'unsent';
/** Time after which messages that could not be sent are due again, milliseconds. */
const AGAIN_MS = 240_000;
/** Outcomes whose messages are sent side by side. */
const CHUNK = 20;

/**
 * Sends the messages of outcomes that could not be sent when they were stored, and whose copy may be lost since. They go
 * out as they were stored, under their ids, in the name of the agent that published them. Those that cannot be sent now
 * are due again soon, and never given up.
 *
 * @param until instant up to which what is due is looked at, milliseconds since 1970
 * @param stopAt instant at which the run stops, milliseconds since 1970
 * @throws LanewayError UNAVAILABLE; the next run goes on from where this one came to
 */
export async function sweepUnsent(services: UnsentServices, until: number, stopAt: number): Promise<UnsentSummary> {
  const { clock, cursors, deliveries } = services;
  const count = { sent: 0, unsent: 0 };
  let chunk: Promise<boolean | undefined>[] = [];
  const finish = async (): Promise<void> => {
    for (const sent of await Promise.all(chunk)) {
      if (sent === true) count.sent++;
      if (sent === false) count.unsent++;
    }
    chunk = [];
  };
  for await (const record of deliveries.unsent((await cursors.get(CURSOR)) ?? 0, until)) {
    if (record.unsent === undefined) continue;
    chunk.push(sendOne(record, record.unsent, services));
    if (chunk.length < CHUNK) continue;
    await finish();
    // Others may be due in the same millisecond, so that the cursor stays just before it.
    await cursors.put(CURSOR, Date.parse(record.unsent.due) - 1);
    if (clock.now() >= stopAt) return { ...count, complete: false };
  }
  await finish();
  await cursors.put(CURSOR, until);
  return { ...count, complete: true };
}

/** @returns true when the messages were sent; undefined for those of an agent in quarantine. @throws LanewayError UNAVAILABLE when they cannot even be put off */
async function sendOne(record: DeliveryRecord, unsent: Unsent, services: UnsentServices): Promise<boolean | undefined> {
  const { clock, deliveries, held, log, topology } = services;
  const { receiver: agent, messageId: id, correlationId: correlation } = record;
  if (held.agent(agent)) {
    await deliveries.noteUnsent(record, { ...unsent, due: new Date(clock.now() + HELD_AGAIN_MS).toISOString() });
    return undefined;
  }
  try {
    const refused = await sendStored(record, { agent, lineage: unsent.lineage }, topology.model, services);
    for (const { envelope, error, expected } of refused) {
      if (expected.length > 0) await settleUndelivered(envelope, expected, error, services);
      else await buryUnexpected(agent, JSON.stringify(envelope), error, services);
    }
    await deliveries.noteSent(record, clock.now());
    log.warn('messages of an outcome that had waited were sent', { id, correlation, agent });
    return true;
  } catch (error) {
    const { message } = summarizeError(error);
    log.error('messages of an outcome still cannot be sent', { id, correlation, agent, error: message });
    const due = new Date(clock.now() + AGAIN_MS).toISOString();
    await deliveries.noteUnsent(record, { ...unsent, due });
    return false;
  }
}

/** Stores the dead letter of a message that was refused for good and that no agent was to receive. */
async function buryUnexpected(agent: string, body: string, error: Error, services: UnsentServices): Promise<void> {
  const at = new Date(services.clock.now()).toISOString();
  const finding = { receiver: agent, sender: agent, reason: 'refused', tries: 0, at, copy: CURSOR, body } as const;
  await storeFinding({ ...finding, error: summarizeError(error) }, services);
}
