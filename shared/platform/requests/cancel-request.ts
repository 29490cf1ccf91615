import { commandKeyOf } from '../../domain/request/command-key.js';
import { loadEmissions } from '../../agent/receive/emissions.js';
import type { CancelResult, Emission } from '../../domain/delivery/delivery.js';
import { writerOfSource } from '../../domain/wire/writers.js';
import { parseSource, type Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { requesterOf } from '../../domain/request/requester.js';
import { decodeData } from '../../message/message-type.js';
import { RequestCancelled } from '../../message/system-messages.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import { payloadOf } from '../../domain/delivery/claim-check.js';
import type { Ports } from '../../domain/ports.js';
import { offPath } from '../../domain/delivery/lineage.js';
import { noteAbort } from './announce-request-end.js';
import { resumeWaiter, type ResumeServices } from '../workflows/resume-waiter.js';

/** Ports for taking a request back. */
export interface CancelServices extends ResumeServices, Pick<Ports, 'clock' | 'pending' | 'deliveries'> {
  readonly publishing: Publishing;
}

/**
 * Longest time that a cancellation waits for the end of a handling, milliseconds: as long as a handling may last. Only after
 * its end are the requests known that it has made.
 */
export const LONGEST_WAIT_MS = 15 * 60_000;

/**
 * Takes a request back, on a `RequestCancelled` of its requester. The request ends as failed, `CANCELLED`, unless it
 * has ended already: the first outcome wins. Then the delivery of its command is marked, so that it is not started
 * (again), and each request that was made in its handling is taken back by a `RequestCancelled` of its own. While the
 * command is being handled those are not known yet: the cancellation comes again until the handling has ended.
 *
 * @throws LanewayError UNAVAILABLE, PUBLISH, LEASE_LOST, to be repeated; SENDER_MISMATCH, SCHEMA
 */
export async function cancelRequest(envelope: Envelope, services: CancelServices): Promise<void> {
  const { clock, deliveries, log, payloads, pending } = services;
  const about = { request: envelope.requestid, id: envelope.id, correlation: envelope.correlationid };
  const record = envelope.requestid === undefined ? undefined : await pending.get(envelope.requestid);
  if (!record) {
    log.info('there is no such request to take back', about);
    return;
  }
  checkWaiter(envelope, record);
  const { why } = decodeData(RequestCancelled, await payloadOf(envelope, payloads), envelope.dataschema);
  const at = new Date(clock.now()).toISOString();
  const error = { code: 'CANCELLED', message: why, name: RequestCancelled.name, retryable: false } as const;
  const closed = await pending.close(record.requestId, { state: 'failed', by: envelope.id, at, error });
  if (closed.kind === 'unknown') return;
  if (closed.kind !== 'won') {
    log.info('the request had ended before it was taken back', about);
    return;
  }
  const outcome = closed.record.outcome;
  if (outcome) {
    await noteAbort(closed.record, outcome, services);
    await resumeWaiter(closed.record, outcome, services);
  }
  // Where a ladder moved the request on, its current attempt; those before it have been given up.
  const receiver = closed.record.climb ? closed.record.climb.receiver : closed.record.receiver;
  if (receiver === undefined) return;
  const key = commandKeyOf(closed.record, receiver);
  if (key === undefined) return;
  const found = await deliveries.cancel(key, { by: envelope.id, why, at });
  for (const child of await requestsOf(found, services)) await cancelChild(child, envelope, why, services);
  if (!isRunning(found, clock.now())) return;
  if (Date.parse(envelope.time) + LONGEST_WAIT_MS > clock.now())
    throw new LanewayError(
      'LEASE_LOST',
      `${key.messageId} is being handled; what it asks for is taken back after that`,
    );
  log.warn('a handling that was cancelled did not end', about);
}

/** @throws LanewayError SENDER_MISMATCH for any sender but the requester and the platform */
function checkWaiter(envelope: Envelope, { correlationId, requestId }: PendingRecord): void {
  const isPlatform = parseSource(envelope.source)?.kind === 'platform';
  const requester = requesterOf(requestId);
  const isRequester = requester !== undefined && requester === writerOfSource(envelope.source);
  if (envelope.correlationid === correlationId && (isPlatform || isRequester)) return;
  throw new LanewayError(
    'SENDER_MISMATCH',
    `${envelope.source} takes request ${requestId} back, which it did not make`,
    {
      help: ['allowed: the agent or the client that made it; in the conversation of the request'],
    },
  );
}

/** Requests that were made in a handling which has ended. */
async function requestsOf(found: CancelResult, { payloads }: CancelServices): Promise<readonly Emission[]> {
  if (found.kind !== 'settled') return [];
  const emissions = await loadEmissions(found.record, found.record.receiver, payloads);
  // A reply carries a request id as well: that of the request it answers.
  return emissions.filter(({ requestid, replyto }) => requestid !== undefined && replyto !== undefined);
}

async function cancelChild(child: Emission, parent: Envelope, why: string, services: CancelServices): Promise<void> {
  const { requestid = child.id } = child;
  await publishMessage(
    services.publishing,
    RequestCancelled,
    { requestId: requestid, why },
    { ...offPath(parent), id: derivedId(RequestCancelled.name, requestid, parent.id), requestId: requestid },
  );
}

function isRunning(found: CancelResult, now: number): boolean {
  const record = found.kind === 'marked' ? found.record : undefined;
  return record?.state === 'leased' && Date.parse(record.leasedUntil ?? record.updated) > now;
}
