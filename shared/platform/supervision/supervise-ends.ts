import type { Log } from '../../agent/context.js';
import { summarizeError } from '../../domain/base/errors.js';
import type { SupervisedExecutions } from '../../domain/execution/executions.js';
import type { OpenExecution } from '../../domain/execution/open-executions.js';
import type { Ports } from '../../domain/ports.js';
import { reportEnd } from '../workflows/report-end.js';
import type { ResumeServices } from '../workflows/resume-waiter.js';
import { FIRST_END_LOOK_MS } from '../workflows/start-workflow.js';
import type { SuperviseBounds, SuperviseSummary } from './supervise-bounds.js';

/** Ports for reporting ends of executions that nobody was told of. */
interface EndServices extends ResumeServices, Pick<Ports, 'clock' | 'cursors' | 'openExecutions'> {
  readonly executions: SupervisedExecutions;
  readonly log: Log;
}

/** Longest time from one look at an open execution to the next, milliseconds. */
export const LONGEST_END_LOOK_MS = 3_600_000;
/** Part of the time since its start that an open execution is not looked at again. */
const LOOK_SHARE = 1 / 4;
/** The index lags behind its table. */
const INDEX_LAG_MS = 2_000;
/** Notes may come so much late, from a process whose clock is slow; those that were looked at are due later by now. */
const LATE_NOTES_MS = 900_000;
const CURSOR = 'supervised-ends';

/**
 * Reports the ends of executions whose status event was lost, as the event would have: with the same ids, so that one
 * that comes late changes nothing. Looked at are executions that are noted as open and due. One that runs is due again
 * after a quarter of its time, and an hour at most.
 *
 * @param running names of executions that run
 * @throws LanewayError UNAVAILABLE; the next run goes on from where this one came to
 */
export async function superviseEnds(
  running: ReadonlySet<string>,
  services: EndServices,
  { grace, most, stopAt }: SuperviseBounds,
): Promise<Pick<SuperviseSummary, 'ends' | 'reported' | 'failed' | 'complete'>> {
  const { clock, cursors, openExecutions, log } = services;
  const count = { ends: 0, reported: 0, failed: 0 };
  const until = clock.now() - INDEX_LAG_MS;
  let reached = Math.max(0, ((await cursors.get(CURSOR)) ?? 0) - LATE_NOTES_MS);
  for await (const open of openExecutions.due(reached, until)) {
    // The cursor does not tell apart what is due in one millisecond.
    if ((count.ends >= most || clock.now() >= stopAt) && open.due !== reached) {
      await cursors.put(CURSOR, reached);
      return { ...count, complete: false };
    }
    count.ends++;
    reached = open.due;
    try {
      if ((await look(open, running, grace, services)) === 'reported') count.reported++;
    } catch (error) {
      count.failed++;
      log.error('the end of an execution could not be looked for; the next run does', {
        ...{ workflow: open.workflow, execution: open.name, error: summarizeError(error).message },
      });
      // Noted anew, so that one that always fails keeps no other from its turn.
      await openExecutions.note(open, clock.now() + FIRST_END_LOOK_MS);
    }
  }
  await cursors.put(CURSOR, reached);
  return { ...count, complete: true };
}

async function look(
  open: OpenExecution,
  running: ReadonlySet<string>,
  grace: number,
  services: EndServices,
): Promise<'open' | 'reported' | 'gone'> {
  const { clock, executions, openExecutions, log } = services;
  const { workflow, name, since } = open;
  const now = clock.now();
  const end = running.has(name) ? 'running' : await executions.end(workflow, name);
  if (end === undefined) {
    // Never started, or forgotten by its engine. A start that is tried again notes it anew.
    await openExecutions.close(name);
    return 'gone';
  }
  if (end === 'running' || Date.parse(end.endedAt) + grace > now) {
    const pause = Math.min(LONGEST_END_LOOK_MS, Math.max(FIRST_END_LOOK_MS, (now - since) * LOOK_SHARE));
    await openExecutions.note(open, now + pause);
    return 'open';
  }
  log.warn('nobody was told of the end of an execution', { workflow, execution: name, status: end.status });
  await reportEnd({ ...end, workflow, name }, services);
  return 'reported';
}
