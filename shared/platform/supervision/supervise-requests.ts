import type { Log } from '../../agent/context.js';
import { summarizeError } from '../../domain/base/errors.js';
import { executionName } from '../../domain/wire/execution-name.js';
import type { ExecutionDetail, SupervisedExecutions } from '../../domain/execution/executions.js';
import { derivedId } from '../../domain/base/ids.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { Ports } from '../../domain/ports.js';
import { RequestCancelled } from '../../message/system-messages.js';
import { cancelRequestOf } from '../../publishing/cancel-request-of.js';
import type { Publishing } from '../../publishing/publish-message.js';
import { startInput } from '../workflows/awaited-step.js';
import type { SuperviseBounds, SuperviseSummary } from './supervise-bounds.js';

/** Ports for looking at open requests of executions that have ended. */
interface RequestServices extends Pick<Ports, 'clock' | 'cursors' | 'pending' | 'sagas'> {
  readonly executions: SupervisedExecutions;
  readonly publishing: Publishing;
  readonly log: Log;
}

/** Milliseconds that the requests of an ended execution stay open: a retry of it waits on for the open ones. */
export const RETRY_PATIENCE_MS = 15 * 60_000;
/** Looked at are requests whose deadline is at most this many milliseconds ahead. */
export const HORIZON_MS = 7 * 86_400_000;
const CURSOR = 'supervised-requests';

/**
 * Takes back the open requests of steps whose execution has ended: agents and people need not answer any more, and no ladder
 * goes on. Three kinds are left open until their own end: requests that would be undone once they are answered, as a reply that
 * comes late must find its record; waits that ask nobody; and everything of an execution that ended just now, or is being retried.
 *
 * @param running names of executions that run
 * @throws LanewayError UNAVAILABLE
 */
export async function superviseRequests(
  running: ReadonlySet<string>,
  services: RequestServices,
  { most, stopAt }: Pick<SuperviseBounds, 'most' | 'stopAt'>,
): Promise<Pick<SuperviseSummary, 'requests' | 'takenBack' | 'failed' | 'complete'>> {
  const { clock, cursors, pending, log } = services;
  const count = { requests: 0, takenBack: 0, failed: 0 };
  const now = clock.now();
  const endings = new Map<string, Promise<Ending | undefined>>();
  let last: string | undefined;
  for await (const record of pending.due(Math.max((await cursors.get(CURSOR)) ?? 0, now), now + HORIZON_MS)) {
    // The cursor does not tell apart what is due in one millisecond.
    const isFar = count.requests >= most || clock.now() >= stopAt;
    if (isFar && record.deadline !== last) return { ...count, complete: false };
    const execution = record.outcome ? undefined : askedBy(record);
    if (execution === undefined || running.has(execution)) continue;
    count.requests++;
    try {
      const known = endings.get(execution) ?? endingOf(execution, services);
      endings.set(execution, known);
      const ending = await known;
      if (ending && (await takeBack(record, ending, services))) count.takenBack++;
    } catch (error) {
      count.failed++;
      const about = { request: record.requestId, correlation: record.correlationId, execution };
      log.error('a request could not be supervised; the next run does', {
        ...about,
        error: summarizeError(error).message,
      });
    }
    last = record.deadline;
    await cursors.put(CURSOR, Date.parse(last));
  }
  await cursors.put(CURSOR, 0);
  return { ...count, complete: true };
}

/** The execution whose step asks an agent or people; undefined for a step that waits for a time, the end of a workflow or a message. */
function askedBy({ waiter, holds, type }: PendingRecord): string | undefined {
  return waiter.kind === 'workflow' && holds === undefined && !type.startsWith('await ') ? waiter.execution : undefined;
}

/** An execution that has ended for good. */
type Ending = Pick<ExecutionDetail, 'name' | 'status'>;

/** The execution, once it has ended for good. Undefined while it, or a retry of it, runs, may be retried soon, or is not known. */
async function endingOf(execution: string, { clock, executions }: RequestServices): Promise<Ending | undefined> {
  const found = await findExecution(execution, executions);
  const start = found && startInput(found.input);
  if (!found || !start) return undefined;
  const { workflow } = found;
  let last = found;
  for (let generation = start.generation + 1; ; generation++) {
    const next = await executions.find(workflow, executionName(workflow, start.message, generation));
    if (!next) break;
    last = next;
  }
  if (last.status === 'running') return undefined;
  return Date.parse(last.endedAt ?? '') + RETRY_PATIENCE_MS > clock.now() ? undefined : found;
}

/** An execution by its name, which begins with that of its workflow. */
async function findExecution(name: string, executions: SupervisedExecutions): Promise<ExecutionDetail | undefined> {
  for (const workflow of executions.workflows.filter((one) => name.startsWith(`${one}-`))) {
    const found = await executions.find(workflow, name);
    if (found) return found;
  }
  return undefined;
}

async function takeBack(
  { requestId }: PendingRecord,
  { name, status }: Ending,
  { publishing, sagas }: RequestServices,
): Promise<boolean> {
  if (await sagas.find(name, requestId)) return false;
  const why = `the execution ${name}, which asked, has ended (${status})`;
  return cancelRequestOf(publishing, requestId, why, derivedId(RequestCancelled.name, requestId, name));
}
