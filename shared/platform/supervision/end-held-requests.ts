import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import type { Held } from '../../domain/quarantine/quarantine.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { behindRequest } from '../../domain/request/request-lineage.js';
import type { Log } from '../../agent/context.js';
import { RequestFailed } from '../../message/system-messages.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import type { TopologyModel } from '../../topology/model.js';

/** Ports for ending attempts that wait for an agent in quarantine. */
export interface HeldRequestServices extends Pick<Ports, 'clock' | 'pending'> {
  readonly log: Log;
  /** Publishing as the function that ends them. */
  readonly publishing: Publishing;
}

/** Counts of one run. */
export interface HeldRequestSummary {
  /** Attempts that were ended. */
  readonly movedOn: number;
  /** Attempts whose end could not be told; the next run tells it. */
  readonly failed: number;
}

/**
 * Time ahead in which the end of an attempt lies for a run to end it now, milliseconds: as long as a lane can keep a message.
 * One that has more time is ended once its end has come that near.
 */
export const HELD_LOOK_AHEAD_MS = 14 * 86_400_000;

/** Time behind now from which attempts are looked at, milliseconds: what is overdue, its timer ends. */
const LOOK_BEHIND_MS = 3_600_000;

/** Ends told side by side. */
const CHUNK = 20;

/**
 * Ends every open attempt that waits for agents in quarantine alone, as a dead letter of its command would: by `RequestFailed`,
 * which moves the request up its ladder or ends it. The command itself stays in its lane. Ids follow from the attempt, so that
 * runs may repeat it.
 *
 * @param stopAt instant at which the run stops, milliseconds since 1970; what is left, the next one does
 * @throws LanewayError UNAVAILABLE
 */
export async function endHeldRequests(
  services: HeldRequestServices & { readonly held: Held },
  stopAt: number,
): Promise<HeldRequestSummary> {
  const { clock, held, pending, publishing } = services;
  const count = { movedOn: 0, failed: 0 };
  if (held.isNobody) return count;
  const now = clock.now();
  let chunk: Promise<void>[] = [];
  const finish = async (): Promise<void> => {
    for (const { status } of await Promise.allSettled(chunk)) count[status === 'fulfilled' ? 'movedOn' : 'failed']++;
    chunk = [];
  };
  for await (const record of pending.due(now - LOOK_BEHIND_MS, now + HELD_LOOK_AHEAD_MS)) {
    const asked = askedAgents(record, publishing.topology.model);
    if (asked.length === 0 || !asked.every(held.agent)) continue;
    chunk.push(endAttemptOf(record, asked, services));
    if (chunk.length >= CHUNK) await finish();
    if (clock.now() >= stopAt) break;
  }
  await finish();
  return count;
}

/** Agents of which any may answer the present attempt; none where a person, a time or another workflow is waited for. */
function askedAgents(record: PendingRecord, { agents }: TopologyModel): string[] {
  const { approval, climb, holds, outcome, receiver, type } = record;
  if (outcome ?? approval ?? holds) return [];
  if (climb) return climb.phase === 'pausing' || climb.receiver === undefined ? [] : [climb.receiver];
  if (receiver !== undefined) return [receiver];
  return Object.values(agents).flatMap(({ handles, id }) => (handles.includes(type) ? [id] : []));
}

async function endAttemptOf(
  record: PendingRecord,
  asked: readonly string[],
  { log, publishing }: HeldRequestServices,
): Promise<void> {
  const { attempt, climb, correlationId: correlation, messageId, requestId, type } = record;
  const error = new LanewayError('QUARANTINED', `${type} waits for ${asked.join(', ')}, which takes nothing now`);
  try {
    await publishMessage(
      publishing,
      RequestFailed,
      { requestId, type, code: error.code, message: error.message, attempt },
      {
        ...behindRequest(record),
        ...{ id: derivedId(RequestFailed.name, 'quarantine', messageId), requestId },
        channel: climb ? 'system.attempts' : 'system.timeouts',
      },
    );
    log.warn('an attempt waits for an agent in quarantine, and is ended', { request: requestId, type, correlation });
  } catch (thrown) {
    const { message } = summarizeError(thrown);
    log.error('the end of an attempt could not be told', { request: requestId, type, correlation, error: message });
    throw thrown;
  }
}
