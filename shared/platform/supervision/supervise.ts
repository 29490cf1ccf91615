import type { Log } from '../../agent/context.js';
import { summarizeError } from '../../domain/base/errors.js';
import type { Execution, SupervisedExecutions } from '../../domain/execution/executions.js';
import type { Ports } from '../../domain/ports.js';
import { superviseEnds } from './supervise-ends.js';
import { superviseExecution } from './supervise-execution.js';
import { superviseRequests } from './supervise-requests.js';
import type { ResumeServices } from '../workflows/resume-waiter.js';
import type { SuperviseBounds, SuperviseSummary } from './supervise-bounds.js';

/** Ports of the supervision of workflows. */
export interface SuperviseServices
  extends ResumeServices, Pick<Ports, 'clock' | 'cursors' | 'openExecutions' | 'pending'> {
  readonly executions: SupervisedExecutions;
  readonly log: Log;
  /** Waits between two chunks of calls of Step Functions, which takes 20 a second for histories (default quota). */
  readonly pause: () => Promise<void>;
}

/** Default of {@link SuperviseBounds.grace}: a dispatch takes half a minute at most, a timer looks for its record for five minutes. */
export const SUPERVISE_GRACE_MS = 300_000;
/** Executions looked at side by side. */
const CHUNK = 5;
const CURSOR = 'supervised-executions';

/**
 * Holds running executions and pending records against each other. A step that waits for an answer that nobody will give
 * is told so; a request whose execution has ended is taken back. Executions are looked at oldest first, in turns where
 * they are more than one run looks at.
 *
 * Runs may overlap or be cut off: what is told is told once, whatever tells it.
 * @throws LanewayError UNAVAILABLE; the next run goes on from where this one came to
 */
export async function supervise(services: SuperviseServices, bounds: SuperviseBounds): Promise<SuperviseSummary> {
  const { clock, log } = services;
  const now = clock.now();
  const running = await runningExecutions(services);
  const half = { ...bounds, stopAt: now + (bounds.stopAt - now) / 2 };
  const names = new Set(running.map(({ name }) => name));
  // Ends first: what an end takes back needs no supervision any more.
  const ends = await superviseEnds(names, services, half);
  const executions = await superviseExecutions(running, services, half);
  const requests = await superviseRequests(names, services, bounds);
  const summary = {
    ...ends,
    ...executions,
    ...requests,
    failed: ends.failed + executions.failed + requests.failed,
    complete: ends.complete && executions.complete && requests.complete,
  };
  log.info('supervised', summary);
  return summary;
}

async function runningExecutions({ executions }: SuperviseServices): Promise<Execution[]> {
  const all: Execution[] = [];
  for (const workflow of executions.workflows)
    for await (const execution of executions.list(workflow, 'running')) all.push(execution);
  return all.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
}

async function superviseExecutions(
  running: readonly Execution[],
  services: SuperviseServices,
  { grace, most, stopAt }: SuperviseBounds,
): Promise<Omit<SuperviseSummary, 'ends' | 'reported' | 'requests' | 'takenBack'>> {
  const { clock, cursors } = services;
  const count = { executions: 0, toldAgain: 0, unanswered: 0, stopped: 0, failed: 0 };
  const since = (await cursors.get(CURSOR)) ?? 0;
  const until = clock.now() - grace;
  const due = running.filter(({ startedAt }) => Date.parse(startedAt) > since && Date.parse(startedAt) <= until);
  // The cursor does not tell apart what began in one millisecond: that is looked at in one run.
  const last = due[most - 1]?.startedAt;
  const turn = last === undefined ? due : due.filter(({ startedAt }, index) => index < most || startedAt === last);
  while (count.executions < turn.length) {
    const chunk = turn.slice(count.executions, count.executions + CHUNK);
    for (const found of await Promise.all(chunk.map((one) => look(one, until, services)))) {
      count.executions++;
      if (found === 'failed') count.failed++;
      else {
        count.toldAgain += found.toldAgain;
        count.unanswered += found.unanswered;
        count.stopped += found.stopped;
      }
    }
    const at = chunk.at(-1)?.startedAt ?? '';
    const isBetween = turn[count.executions]?.startedAt === at;
    await cursors.put(CURSOR, Date.parse(at) - (isBetween ? 1 : 0));
    if (clock.now() >= stopAt && !isBetween) break;
    await services.pause();
  }
  const complete = count.executions >= due.length;
  if (complete) await cursors.put(CURSOR, 0);
  return { ...count, complete };
}

/** Looks at one execution. A failure is logged and keeps no other execution from its turn; the next run looks again. */
async function look(execution: Execution, until: number, services: SuperviseServices) {
  try {
    return await superviseExecution(execution, until, services);
  } catch (error) {
    services.log.error('an execution could not be supervised; the next run does', {
      ...{ workflow: execution.workflow, execution: execution.name },
      error: summarizeError(error).message,
    });
    return 'failed' as const;
  }
}
