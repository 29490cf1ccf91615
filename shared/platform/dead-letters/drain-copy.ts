import { checkBelow, contentAt, contentKey, isGone } from '../../domain/delivery/claim-check.js';
import { mayPublish } from '../../agent/receive/decode-copy.js';
import { holdsEmissions } from '../../agent/receive/emissions.js';
import type { Log } from '../../agent/context.js';
import {
  parseDeadLetter,
  type DeadLetter,
  type DeadLetterEntry,
  type DeadLetterReason,
} from '../../domain/delivery/dead-letter.js';
import { deliveryKeyOf, factsOf, isSettled, type DeliveryRecord } from '../../domain/delivery/delivery.js';
import { errorSignature, LanewayError, summarizeError } from '../../domain/base/errors.js';
import { keptPlace } from '../../domain/wire/payload-keys.js';
import { originOf, PLATFORM_WRITER, writerOfReceiver } from '../../domain/wire/writers.js';
import { bodyPlace } from '../../domain/evidence/stored-payloads.js';
import { defined } from '../../domain/base/defined.js';
import { derivedId } from '../../domain/base/ids.js';
import { requesterOf } from '../../domain/request/requester.js';
import { behindHandling } from '../../domain/delivery/lineage.js';
import { withoutLinks } from '../../domain/base/without-links.js';
import type { Ports } from '../../domain/ports.js';
import type { Publishing } from '../../publishing/publish-message.js';
import type { Topology } from '../../topology/topology.js';
import {
  decodeDeadCopy,
  findingOf,
  forgedFinding,
  inferFinding,
  isOfItsQueue,
  type DeadCopy,
  type DecodedDeadCopy,
  type Finding,
} from './dead-copy.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';
import { isPublished } from './is-published.js';
import { judgeDeadLetter } from './judge-dead-letter.js';
import { mayFail } from '../../publishing/was-asked.js';
import { judgeStart } from './judge-start.js';
import { reportDeadLetter } from './report-dead-letter.js';

/** Ports and settings for storing a dead letter. */
export interface StoreServices extends Pick<Ports, 'payloads' | 'ledger'> {
  readonly topology: Topology;
  readonly publishing: Publishing;
  /** Counts one dead letter. */
  readonly count: (receiver: string, reason: DeadLetterReason) => void;
  readonly log: Log;
}

/** Ports and settings of the drain of dead letter queues. */
export interface DrainServices
  extends StoreServices, Pick<Ports, 'clock' | 'deliveries' | 'intents' | 'pending' | 'returns'> {
  readonly laneUrls: LaneUrls;
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
}

/** Times at most that a copy which AWS moved to a dead letter queue is put back into its lane. */
export const MOST_RETURNS = 3;

/**
 * Drains one record of a dead letter queue. An agent's role writes to its queue, so that what stands there is that agent's word and
 * counts for that agent alone: a dead letter of anybody else is set aside, and a request is failed only where the agent was asked. A
 * receiver's dead letter is stored as it stands, unless its delivery has another
 * outcome by now. A start message that its function never settled ends for each workflow. Any other copy that AWS moved there is judged.
 * With tries left and no outcome it goes back into its lane, up to three times. With an outcome by another copy it was a
 * duplicate; with its own, whose messages were not sent, the sweeper gets to send them. Else its delivery is settled as a dead letter with the inferred reason. Body, then entry, then reports, each under
 * an id that follows from the delivery, so that a repetition changes nothing.
 *
 * @throws LanewayError UNAVAILABLE, PUBLISH, LEASE_LOST, to be repeated
 */
export async function drainCopy(received: DeadCopy, services: DrainServices): Promise<void> {
  const letter = parseDeadLetter(received.body);
  if (letter) return drainLetter(letter, received, services);
  const dead = decodeDeadCopy(received);
  const starts = await judgeStart(dead, services);
  for (const finding of starts) await storeFinding(finding, services);
  if (starts.length > 0) return;
  const finding = await judge(dead, services);
  if (finding) await storeJudged(finding, received, services);
}

async function drainLetter(letter: DeadLetter, received: DeadCopy, services: DrainServices): Promise<void> {
  const { clock, log, topology } = services;
  const found = findingOf(letter, await bodyOf(letter, services), received.origin);
  const { receiver, copy } = letter;
  if (!isOfItsQueue(found, received.origin, topology.name)) {
    log.error('a dead letter is none of the queue that held it', { origin: received.origin, receiver, copy });
    return storeFinding(forgedFinding(received, receiver, new Date(clock.now()).toISOString()), services, 'untold');
  }
  if ((await judgeDeadLetter(letter, found, services)) === 'holds') return storeJudged(found, received, services);
  log.info('the delivery of a dead letter has another outcome by now', { receiver, copy });
}

/** Stores a finding, once it is known who answers for its text, and whether it may end a request. */
async function storeJudged(finding: Finding, received: DeadCopy, services: DrainServices): Promise<void> {
  const judged = { ...finding, vouched: await isVouched(finding, received, services) };
  const ends = await mayEndRequest(judged, services).catch(async (error: unknown) => {
    // Its queue may have lost it before the table of requests is back. What it says stands in the ledger by then.
    await keep(judged, services);
    throw error;
  });
  await storeFinding(judged, services, ends ? 'told' : 'told-only');
}

/** True when somebody else than the agent whose queue held it answers for a text. @throws LanewayError UNAVAILABLE */
async function isVouched(
  { decoded, teller }: Pick<Finding, 'decoded' | 'teller'>,
  { moved }: Pick<DeadCopy, 'moved'>,
  services: DrainServices,
): Promise<boolean> {
  if (teller === undefined) return true;
  if (decoded === undefined) return false;
  return moved === decoded.via || (await isPublished(decoded.envelope, services));
}

/**
 * True when the death of a message may end its request, as far as its teller goes: what the platform and AWS say does, an agent's
 * word where the attempt was put to it, or where the request is its own.
 * @throws LanewayError UNAVAILABLE
 */
async function mayEndRequest({ decoded, teller, sender }: Finding, services: DrainServices): Promise<boolean> {
  if (teller === undefined) return true;
  const { requestid, attempt, correlationid, type } = decoded?.envelope ?? {};
  if (requestid === undefined || attempt === undefined) return false;
  if (sender !== undefined) return requesterOf(requestid) === writerOfReceiver(sender);
  const record = await services.pending.get(requestid);
  if (record === undefined || record.correlationId !== correlationid || record.type !== type) return false;
  return mayFail(teller, attempt, record, services.topology.model);
}

/**
 * The received text of a dead letter. Empty when the payload store no longer has it, or has another one: the dead letter is
 * kept all the same. A text is read only where the writer of the letter could put it.
 */
async function bodyOf(letter: DeadLetter, { payloads, log }: DrainServices): Promise<string> {
  if (letter.bodyRef === undefined) return letter.body;
  try {
    checkBelow(letter.bodyRef, bodyPlace(letter));
    return await contentAt(letter.bodyRef, payloads);
  } catch (error) {
    const { code, retryable } = summarizeError(error);
    if (retryable && !isGone(error)) throw error;
    log.error('the text of a dead letter is gone', { bodyRef: letter.bodyRef, receiver: letter.receiver, code });
    return '';
  }
}

/** The finding about a copy that AWS moved; undefined when there is nothing to store. */
async function judge(dead: DecodedDeadCopy, services: DrainServices): Promise<Finding | undefined> {
  const { clock, deliveries, log, topology } = services;
  const { origin, decoded } = dead;
  const now = clock.now();
  const at = new Date(now).toISOString();
  const first = inferFinding(dead, at, 0, services.laneUrls);
  if (!decoded || !Object.hasOwn(topology.model.agents, first.receiver)) return first;
  const { envelope } = decoded;
  const key = deliveryKeyOf(envelope, first.receiver);
  const record = await deliveries.get(key);
  if (record && isSettled(record.state) && record.state !== 'dead-lettered') {
    if (record.copy !== dead.copy || !holdsEmissions(record) || record.sent !== undefined) {
      log.info('the copy is a duplicate of a delivery with an outcome', { id: envelope.id, receiver: first.receiver });
      return undefined;
    }
    // Its outcome stands, and nothing that it stored is given up: from here on the sweeper sends it.
    await deliveries.noteUnsent(key, { lineage: behindHandling(envelope, first.receiver), due: at });
    log.warn('the messages of an outcome are left to the sweeper', { id: envelope.id, receiver: first.receiver });
    return undefined;
  }
  if (record?.state === 'dead-lettered' && record.copy !== dead.copy) {
    log.info('the copy is a duplicate of a delivery that is a dead letter', {
      id: envelope.id,
      receiver: first.receiver,
    });
    return undefined;
  }
  if (origin.kind === 'mailbox' && (await putBack(dead, record, services))) return undefined;
  const finding = inferFinding(dead, at, record?.tries ?? 0, services.laneUrls);
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
  dead: DecodedDeadCopy,
  record: DeliveryRecord | undefined,
  services: DrainServices,
): Promise<boolean> {
  const { clock, returns, topology, log } = services;
  const { decoded } = dead;
  if (!decoded || dead.origin.kind !== 'mailbox' || record?.state === 'dead-lettered') return false;
  const { envelope } = decoded;
  const tries = topology.model.channels[envelope.channel]?.qos.tries ?? 0;
  const used = record?.tries ?? 0;
  // A copy that nobody has tried waited for the ledger; the agent records that it has expired, as its channel says.
  const expired = used > 0 && Date.parse(envelope.expires) <= clock.now();
  if (expired || used >= tries || dead.returns >= MOST_RETURNS) return false;
  const { receiver } = dead.origin;
  // The lane vouches for what is in it. What only the agent says was once there does not go back.
  if (!(await isVouched({ decoded, teller: receiver }, dead, services))) return false;
  try {
    await returns.put({
      receiver: dead.origin.receiver,
      lane: envelope.priority,
      direct: decoded.via === 'direct',
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

/** Telling of a dead letter: its request ends and it is reported, it is reported alone, or nothing is sent. */
type Telling = 'told' | 'told-only' | 'untold';

/**
 * Stores a dead letter and tells of it; a repetition changes nothing. A report that is refused for good is left out: it would
 * be refused again, and the dead letter stands without it.
 * @throws LanewayError UNAVAILABLE, PUBLISH, to be repeated
 */
export async function storeFinding(found: Finding, services: StoreServices, telling: Telling = 'told'): Promise<void> {
  const { finding, entry } = await keep(found, services);
  const genuine = telling === 'told' && finding.decoded !== undefined && isGenuine(finding, services.topology);
  try {
    if (telling !== 'untold') await reportDeadLetter(entry, finding.decoded?.envelope, genuine, services.publishing);
  } catch (error) {
    if (summarizeError(error).retryable) throw error;
    const { id, correlationId } = entry;
    services.log.error('a dead letter cannot be told of', { letter: id, correlationId, error: summarizeError(error) });
  }
  services.count(finding.receiver, finding.reason);
  services.log.warn('a delivery became a dead letter', {
    id: entry.messageId,
    correlation: entry.correlationId,
    receiver: entry.receiver,
    reason: entry.reason,
    signature: entry.signature,
  });
}

/** Stores a dead letter. @throws LanewayError UNAVAILABLE, to be repeated */
async function keep(
  found: Finding,
  { ledger, payloads }: Pick<StoreServices, 'ledger' | 'payloads'>,
): Promise<{ readonly finding: Finding; readonly entry: DeadLetterEntry }> {
  // A copy that AWS moved holds what its receiver got, links that decide approvals included; so may what a receiver put aside.
  const body = withoutLinks(found.body);
  const { bodyRef, ...rest } = found;
  const finding: Finding = { ...rest, body, ...(body === found.body ? defined({ bodyRef }) : {}) };
  const entry = entryOf(finding);
  if (finding.bodyRef === undefined) await payloads.put(entry.bodyRef, finding.body);
  await ledger.deadLetter(entry);
  return { finding, entry };
}

function entryOf(finding: Finding): DeadLetterEntry {
  const { decoded, receiver, sender, reason, error, version, tries, at, copy } = finding;
  const envelope = decoded?.envelope;
  // What an agent says that it could not send must not take the place of a dead letter of its receiver.
  const unsent = sender === undefined ? [] : ['unsent', sender];
  const of = envelope === undefined ? [copy] : [envelope.id, originOf(envelope)];
  const id = derivedId('dead-letter', ...of, receiver, ...unsent);
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
    ...(finding.vouched === true ? { vouched: true } : {}),
    bodyRef: finding.bodyRef ?? contentKey(keptPlace(PLATFORM_WRITER, 'letters', id), finding.body),
  };
}

/** True when the message really is of the publisher it names: only then may its death end a request. */
function isGenuine({ decoded, error, receiver, sender, teller }: Finding, { model }: Topology): boolean {
  if (!decoded || error.code === 'SENDER_MISMATCH' || error.code === 'NOT_DECLARED') return false;
  const { envelope, vouched } = decoded;
  if (!mayPublish(model, envelope.source, envelope.type)) return false;
  // What an agent's queue held says nothing about who published it; there it counts that the agent was asked.
  if (teller !== undefined) return true;
  if (vouched) return vouched.source === envelope.source && vouched.type === envelope.type;
  // Not over the bus: a direct channel, or what an agent itself could not send.
  return (
    model.channels[envelope.channel]?.qos.delivery === 'direct' ||
    envelope.source.endsWith(`.agent.${sender ?? receiver}`)
  );
}
