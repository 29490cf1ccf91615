import { mayPublish } from '../../agent/receive/decode-copy.js';
import type { Log } from '../../agent/context.js';
import {
  parseDeadLetter,
  type DeadLetter,
  type DeadLetterEntry,
  type DeadLetterReason,
} from '../../domain/delivery/dead-letter.js';
import { factsOf, isSettled, type DeliveryKey, type DeliveryRecord } from '../../domain/delivery/delivery.js';
import { errorSignature, LanewayError, summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Clock } from '../../domain/base/clock.js';
import type { DeliveryStore } from '../../domain/delivery/delivery-store.js';
import type { LaneReturns } from '../../domain/wire/message-bus.js';
import type { LedgerWriter } from '../../domain/evidence/ledger-writer.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { Publishing } from '../../publishing/publish-message.js';
import type { Topology } from '../../topology/topology.js';
import { findingOf, inferFinding, messageIn, type DeadCopy, type Finding } from './dead-copy.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';
import { judgeLetter } from './judge-letter.js';
import { judgeStart } from './judge-start.js';
import { reportDeadLetter } from './report-dead-letter.js';

/** Ports and settings for storing a dead letter. */
export interface StoreServices {
  readonly topology: Topology;
  readonly payloads: PayloadStore;
  readonly ledger: LedgerWriter;
  readonly publishing: Publishing;
  /** Counts one dead letter. */
  readonly count: (receiver: string, reason: DeadLetterReason) => void;
  readonly log: Log;
}

/** Ports and settings of the drain of dead letter queues. */
export interface DrainServices extends StoreServices {
  readonly clock: Clock;
  readonly deliveries: DeliveryStore;
  readonly returns: LaneReturns;
  readonly lanes: LaneUrls;
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
}

/** Times at most that a copy which AWS moved to a dead letter queue is put back into its lane. */
export const MOST_RETURNS = 3;

/**
 * Drains one record of a dead letter queue. A receiver's letter is stored as it stands, unless its delivery has another outcome
 * by now. A start message that its function never settled ends for each workflow. Any other copy that AWS moved there is judged.
 * With tries left and no outcome it goes back into its lane, up to three times. With an outcome by another copy it was a
 * duplicate. Else its delivery is settled as a dead letter with the inferred reason. Body, then entry, then reports, each under
 * an id that follows from the delivery, so that a repetition changes nothing.
 *
 * @throws LanewayError UNAVAILABLE, PUBLISH, LEASE_LOST, to be repeated
 */
export async function drainCopy(dead: DeadCopy, services: DrainServices): Promise<void> {
  const letter = parseDeadLetter(dead.body);
  if (letter) {
    const found = findingOf(letter, await bodyOf(letter, services));
    if ((await judgeLetter(letter, found, services)) === 'holds') return storeFinding(found, services);
    const { receiver, copy } = letter;
    return services.log.info('the delivery of a dead letter has another outcome by now', { receiver, copy });
  }
  const starts = await judgeStart(dead, services);
  for (const finding of starts) await storeFinding(finding, services);
  if (starts.length > 0) return;
  const finding = await judge(dead, services);
  if (finding) await storeFinding(finding, services);
}

/** The received text that the letter is about. Empty when the payload store no longer has it: the letter is kept all the same. */
async function bodyOf(letter: DeadLetter, { payloads, log }: DrainServices): Promise<string> {
  if (letter.bodyRef === undefined) return letter.body;
  try {
    return await payloads.get(letter.bodyRef);
  } catch (error) {
    if (summarizeError(error).retryable) throw error;
    log.error('the text of a dead letter is gone', { bodyRef: letter.bodyRef, receiver: letter.receiver });
    return '';
  }
}

/** The finding about a copy that AWS moved; undefined when there is nothing to store. */
async function judge(dead: DeadCopy, services: DrainServices): Promise<Finding | undefined> {
  const { clock, deliveries, log, topology } = services;
  const { origin } = dead;
  const now = clock.now();
  const at = new Date(now).toISOString();
  const decoded = messageIn(dead.body);
  const first = inferFinding(dead, at, 0, services.lanes);
  if (!decoded || !Object.hasOwn(topology.model.agents, first.receiver)) return first;
  const { envelope } = decoded;
  const key: DeliveryKey = {
    correlationId: envelope.correlationid,
    messageId: envelope.id,
    receiver: first.receiver,
  };
  const record = await deliveries.get(key);
  if (record && isSettled(record.state) && record.state !== 'dead-lettered') {
    if (record.copy !== dead.copy || record.emissions.length + (record.emissionsRef === undefined ? 0 : 1) === 0) {
      log.info('the copy is a duplicate of a delivery with an outcome', { id: envelope.id, receiver: first.receiver });
      return undefined;
    }
    // Its outcome stands; what it published could not be sent. The dead letter says where to look.
    return inferFinding(dead, at, record.tries, services.lanes);
  }
  if (record?.state === 'dead-lettered' && record.copy !== dead.copy) {
    log.info('the copy is a duplicate of a delivery that is a dead letter', {
      id: envelope.id,
      receiver: first.receiver,
    });
    return undefined;
  }
  if (origin.kind === 'mailbox' && (await putBack(dead, record, services))) return undefined;
  const finding = inferFinding(dead, at, record?.tries ?? 0, services.lanes);
  const settled = await deliveries.settleUnleased(key, factsOf(envelope), {
    state: 'dead-lettered',
    copy: dead.copy,
    at: now,
    emissions: [],
    error: finding.error,
  });
  if (settled !== 'stored' && !isSettled(settled.state))
    throw new LanewayError('LEASE_LOST', 'somebody works on the delivery just now; it is judged again later');
  return finding;
}

/** Puts a copy back that has tries left and can still be of use. */
async function putBack(
  dead: DeadCopy,
  record: DeliveryRecord | undefined,
  { clock, returns, topology, log }: DrainServices,
): Promise<boolean> {
  const decoded = messageIn(dead.body);
  if (!decoded || dead.origin.kind !== 'mailbox' || record?.state === 'dead-lettered') return false;
  const { envelope } = decoded;
  const tries = topology.model.channels[envelope.channel]?.qos.tries ?? 0;
  const expired = Date.parse(envelope.expires) <= clock.now();
  if (expired || (record?.tries ?? 0) >= tries || dead.returns >= MOST_RETURNS) return false;
  try {
    await returns.put({
      receiver: dead.origin.receiver,
      lane: envelope.priority,
      body: dead.body,
      returns: dead.returns + 1,
    });
  } catch (error) {
    if (summarizeError(error).retryable) throw error;
    log.error('a copy cannot go back into its lane', { id: envelope.id, error: summarizeError(error).message });
    return false;
  }
  log.warn('a copy with tries left goes back into its lane', {
    id: envelope.id,
    correlation: envelope.correlationid,
    receiver: dead.origin.receiver,
    returns: dead.returns + 1,
  });
  return true;
}

/** Stores a dead letter and tells of it; a repetition changes nothing. @throws LanewayError UNAVAILABLE, PUBLISH */
export async function storeFinding(finding: Finding, services: StoreServices): Promise<void> {
  const entry = entryOf(finding);
  if (finding.bodyRef === undefined) await services.payloads.put(entry.bodyRef, finding.body);
  await services.ledger.deadLetter(entry);
  const genuine = finding.decoded !== undefined && isGenuine(finding, services.topology);
  await reportDeadLetter(entry, finding.decoded?.envelope, genuine, services.publishing);
  services.count(finding.receiver, finding.reason);
  services.log.warn('a delivery became a dead letter', {
    id: entry.messageId,
    correlation: entry.correlationId,
    receiver: entry.receiver,
    reason: entry.reason,
    signature: entry.signature,
  });
}

function entryOf(finding: Finding): DeadLetterEntry {
  const { decoded, receiver, reason, error, version, tries, at, copy } = finding;
  const envelope = decoded?.envelope;
  const id = derivedId('dead-letter', envelope?.id ?? copy, receiver);
  return {
    id,
    correlationId: envelope?.correlationid ?? `unparsed#${copy}`,
    ...(envelope === undefined ? {} : { messageId: envelope.id, facts: factsOf(envelope) }),
    receiver,
    reason,
    signature: errorSignature(error),
    error,
    ...(version === undefined ? {} : { version }),
    tries,
    at,
    bodyRef: finding.bodyRef ?? `dead-letters/${id}`,
  };
}

/** True when the message really is of the publisher it names: only then may its death end a request. */
function isGenuine({ decoded, error, receiver, sender }: Finding, { model }: Topology): boolean {
  if (!decoded || error.code === 'SENDER_MISMATCH' || error.code === 'NOT_DECLARED') return false;
  const { envelope, vouched } = decoded;
  if (!mayPublish(model, envelope.source, envelope.type)) return false;
  if (vouched) return vouched.source === envelope.source && vouched.type === envelope.type;
  // Not over the bus: a direct channel, or what an agent itself could not send.
  return (
    model.channels[envelope.channel]?.qos.delivery === 'direct' ||
    envelope.source.endsWith(`.agent.${sender ?? receiver}`)
  );
}
