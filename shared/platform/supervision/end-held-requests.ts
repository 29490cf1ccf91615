import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import type { Held } from '../../domain/quarantine/quarantine.js';
import { nextAttempt } from '../../domain/request/ladder.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { behindRequest } from '../../domain/request/request-lineage.js';
import type { Log } from '../../agent/context.js';
import { RequestFailed } from '../../message/system-messages.js';
import { INTENT_GRACE_MS, publishMessage, type Publishing } from '../../publishing/publish-message.js';
import type { TopologyModel } from '../../topology/model.js';
import { climbedLadder } from '../../topology/step-ladder.js';

/** Ports for ending attempts that wait for an agent which takes nothing. */
export interface HeldRequestServices extends Pick<Ports, 'clock' | 'pending'> {
  readonly log: Log;
  /** Publishing as the function that ends them. */
  readonly publishing: Publishing;
  /**
   * Attempts whose ends this process has told, by the message that asked, with the instant. They are not told again while the sweeper
   * looks after what was told. @defaultValue each run tells all
   */
  readonly told?: Map<string, number>;
}

/** Counts of one run. */
export interface HeldRequestSummary {
  /** Attempts that were ended. */
  readonly movedOn: number;
  /** Attempts whose end could not be told; the next run tells it. */
  readonly failed: number;
  /** False when time ran out before all open attempts were looked at. */
  readonly complete: boolean;
}

/**
 * Time ahead in which the end of an attempt lies for a run to end it now, milliseconds: as long as a lane can keep a message.
 * One that has more time is ended once its end has come that near.
 */
export const HELD_LOOK_AHEAD_MS = 14 * 86_400_000;

/** Time behind now from which attempts are looked at, milliseconds: what is overdue, its timer ends. */
const LOOK_BEHIND_MS = 3_600_000;

const NOTHING: HeldRequestSummary = { movedOn: 0, failed: 0, complete: true };

/** Ends told side by side. */
const CHUNK = 20;

/** Attempts that are to be ended. */
interface Ending {
  /** True for the attempt of a record that waits for these agents. */
  readonly concerns: (asked: readonly string[], record: PendingRecord) => boolean;
  /** Code of the error by which they are ended. */
  readonly code: 'QUARANTINED' | 'AGENT_DOWN';
  /** Part of the ids of the messages by which they are ended. */
  readonly part: 'quarantine' | 'down';
}

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
  const { held } = services;
  if (held.isNobody) return NOTHING;
  return endAttempts(
    { concerns: (asked) => asked.every(held.agent), code: 'QUARANTINED', part: 'quarantine' },
    services,
    stopAt,
  );
}

/**
 * Ends every open attempt that waits for an agent that is down, where its request's ladder has somebody else to ask. One without waits on:
 * its command is in a lane, and the agent may come back. Otherwise as {@link endHeldRequests}.
 *
 * @throws LanewayError UNAVAILABLE
 */
export async function moveRequestsOn(
  services: HeldRequestServices & { readonly down: ReadonlySet<string> },
  stopAt: number,
): Promise<HeldRequestSummary> {
  const { clock, down, publishing } = services;
  if (down.size === 0) return NOTHING;
  const concerns = (asked: readonly string[], { attempt, climb, waiter }: PendingRecord): boolean => {
    if (climb === undefined || !asked.every((agent) => down.has(agent))) return false;
    const now = clock.now();
    const error = { code: 'AGENT_DOWN', message: '', name: 'LanewayError', retryable: false } as const;
    const cause = { state: 'failed', attempt, by: '', at: new Date(now).toISOString(), error } as const;
    const waits = waiter.kind === 'agent' ? waiter.id : undefined;
    const ladder = climbedLadder(publishing.topology.model, climb);
    return nextAttempt(ladder, climb, cause, now, { waits, down }) !== undefined;
  };
  return endAttempts({ concerns, code: 'AGENT_DOWN', part: 'down' }, services, stopAt);
}

async function endAttempts(ending: Ending, services: HeldRequestServices, stopAt: number): Promise<HeldRequestSummary> {
  const { clock, pending, publishing, told } = services;
  const count = { movedOn: 0, failed: 0 };
  let complete = true;
  const now = clock.now();
  for (const [messageId, at] of told ?? []) if (at + INTENT_GRACE_MS <= now) told?.delete(messageId);
  let chunk: Promise<void>[] = [];
  const finish = async (): Promise<void> => {
    for (const { status } of await Promise.allSettled(chunk)) count[status === 'fulfilled' ? 'movedOn' : 'failed']++;
    chunk = [];
  };
  for await (const record of pending.due(now - LOOK_BEHIND_MS, now + HELD_LOOK_AHEAD_MS)) {
    if (clock.now() >= stopAt) {
      complete = false;
      break;
    }
    if (told?.has(record.messageId)) continue;
    const asked = askedAgents(record, publishing.topology.model);
    if (asked.length === 0 || !ending.concerns(asked, record)) continue;
    chunk.push(endAttemptOf(record, asked, ending, services));
    if (chunk.length >= CHUNK) await finish();
  }
  await finish();
  return { ...count, complete };
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
  { code, part }: Ending,
  { clock, log, publishing, told }: HeldRequestServices,
): Promise<void> {
  const { attempt, climb, correlationId: correlation, messageId, requestId, type } = record;
  const error = new LanewayError(code, `${type} waits for ${asked.join(', ')}, which takes nothing now`);
  try {
    await publishMessage(
      publishing,
      RequestFailed,
      { requestId, type, code: error.code, message: error.message, attempt },
      {
        ...behindRequest(record),
        ...{ id: derivedId(RequestFailed.name, part, messageId), requestId },
        channel: climb ? 'system.attempts' : 'system.timeouts',
      },
    );
    told?.set(messageId, clock.now());
    log.warn('an attempt waits for an agent that takes nothing, and is ended', {
      code,
      request: requestId,
      type,
      correlation,
    });
  } catch (thrown) {
    const { message } = summarizeError(thrown);
    log.error('the end of an attempt could not be told', { request: requestId, type, correlation, error: message });
    throw thrown;
  }
}
