import {
  WorkflowCompensated,
  WorkflowCompleted,
  WorkflowFailed,
  WorkflowStarted,
} from '../../../shared/message/system-messages.js';
import type { ExecutionDetail } from '../../../shared/domain/execution/executions.js';
import type { PendingRecord } from '../../../shared/domain/request/pending.js';
import { undoRequestId } from '../../../shared/domain/execution/saga.js';
import type { WaitingCall, RanWorkflow } from './arbitrary-workflow-run.js';

/** Result of a run. */
export interface Judgement {
  /** Violations; empty when all held. */
  readonly problems: readonly string[];
  /** Executions by how they ended: `succeeded`, or the name of their error. */
  readonly ends: readonly string[];
  /** Requests, waits, decisions that somebody waited for. */
  readonly waits: number;
  /** Of those, whose waiter was told: execution, step and element, once for each time. */
  readonly told: readonly string[];
  /** Of those, whose execution ended first, so that it was told in vain or could not even ask. */
  readonly inVain: number;
  readonly undone: number;
  readonly notUndone: number;
  readonly deliveries: number;
  /** Executions that their own deadline ended, where that could be reached. */
  readonly atDeadline: number;
  /** States that their backstop ended, as nobody told them: none may be. */
  readonly backstops: number;
  /** Seconds that a request was ended after its deadline, at most. */
  readonly lateness: number;
}

/** Holds a run at rest against what Laneway promises of workflows. */
export async function judge(ran: RanWorkflow): Promise<Judgement> {
  const problems: string[] = [];
  const executions = await ran.harness.executions();
  const atDeadline = terminal(ran, executions, problems);
  const waits = await toldOnce(ran, executions, problems);
  const sagas = await compensated(ran, executions, problems);
  announced(ran, executions, problems);
  for await (const { requestId, type } of ran.world.ports.pending.due(-Infinity, Infinity))
    problems.push(`request ${requestId} (${type}) is open at rest`);
  const deliveries = accounted(ran, problems);
  if (ran.wrongly.length > 0) problems.push(`${ran.wrongly.length} repeated tokens resumed something`);
  const ends = executions.map(({ status, error }) => (status === 'succeeded' ? status : (error ?? status)));
  return { problems, ends, ...waits, ...sagas, deliveries, atDeadline, backstops: ran.backstops.length };
}

/**
 * Every execution has ended, and neither by a backstop nor, where that cannot be reached, at its deadline. Under an outage that is longer
 * than its times it may end so, and a start message may expire.
 */
function terminal(
  { defined, backstops, isLong }: RanWorkflow,
  executions: readonly ExecutionDetail[],
  problems: string[],
): number {
  if (executions.length === 0 && !isLong) problems.push('nothing was started');
  if (backstops.length > 0 && !isLong) problems.push(`${backstops.length} states were ended by their backstop`);
  let atDeadline = 0;
  for (const { name, workflow, status, startedAt, endedAt = '' } of executions) {
    const seconds = defined.definitions.find((one) => one.name === workflow)?.deadlineSeconds ?? 0;
    const lasted = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
    if (status === 'running') problems.push(`${name} still runs`);
    else if (lasted > seconds + 1) problems.push(`${name} lasted ${lasted} s, its deadline is ${seconds} s`);
    if (status !== 'timed-out') continue;
    if (isLong || (defined.short && workflow === 'work' && lasted >= seconds)) atDeadline++;
    else problems.push(`${name} was ended by Step Functions after ${lasted} s`);
  }
  return atDeadline;
}

const NOBODY = { execution: '', step: '', index: '', requestId: '' };

/** One end for each request, of which its waiter was told once, unless its execution had ended before. */
async function toldOnce(
  { world, calls, backstops, isLong }: RanWorkflow,
  executions: readonly ExecutionDetail[],
  problems: string[],
) {
  const byPlace = new Map<string, WaitingCall[]>();
  for (const call of calls) {
    const place = [call.execution, call.step, call.index].join(' ');
    byPlace.set(place, [...(byPlace.get(place) ?? []), call]);
  }
  const told: string[] = [];
  const count = { waits: 0, inVain: 0, lateness: 0 };
  for (const [place, made] of byPlace) {
    const [{ execution: of, step, index, requestId } = NOBODY] = made;
    const record = await world.ports.pending.get(requestId);
    const what = `${of}, step ${step} ${index}, request ${requestId}`;
    const resumed = made.filter(({ failed, answers }) => !failed && answers.some(({ result }) => result === 'resumed'));
    if (resumed.length > 1) problems.push(`${what}: its waiter was told ${resumed.length} times`);
    if (made.some(({ answers }) => answers.filter(({ result }) => result === 'resumed').length > 1))
      problems.push(`${what}: one token resumed twice`);
    if (record && !isLong) count.lateness = Math.max(count.lateness, lateness(record));
    count.waits++;
    told.push(...resumed.map(() => place));
    if (resumed.length > 0) continue;
    const last = made.findLast(({ failed }) => !failed);
    // Nobody waits: the dispatcher could not begin it, so that its execution failed.
    if (!last) {
      count.inVain++;
      continue;
    }
    const execution = executions.find(({ name }) => name === last.execution);
    const at = last.answers[0]?.at;
    if (at === undefined) problems.push(`${what}: nobody told its waiter`);
    else if (Date.parse(execution?.endedAt ?? '') > at && !backstops.includes(last.token))
      problems.push(`${what}: was told in vain while it ran`);
    else count.inVain++;
  }
  return { ...count, told };
}

/** Seconds that a request was ended after its deadline, when nobody answered. */
function lateness({ outcome, deadline, bound }: PendingRecord): number {
  if (outcome?.state !== 'timed-out') return 0;
  return (Date.parse(outcome.at) - Date.parse(bound ?? deadline)) / 1000;
}

/** Of what ended badly each completed step was undone, or is named; of what ended well none. */
async function compensated(ran: RanWorkflow, executions: readonly ExecutionDetail[], problems: string[]) {
  const { world, harness, undone } = ran;
  const { pending, sagas } = world.ports;
  const count = { undone: 0, notUndone: 0 };
  const meant = new Set<string>();
  for (const { name, status } of executions) {
    const saga = await sagas.get(name);
    const told = new Map(
      harness.published
        .filter(({ type, data }) => type === WorkflowCompensated.name && (data as Compensated).execution === name)
        .map(({ id, data }) => [id, data as Compensated]),
    );
    if (status === 'succeeded') {
      if (told.size > 0) problems.push(`${name} succeeded and was compensated`);
      continue;
    }
    const completed = [];
    if (saga) {
      for await (const step of sagas.steps(saga)) {
        if (!('requestId' in step)) continue;
        const answered = (await pending.get(step.requestId))?.outcome?.state === 'replied';
        if (answered || step.late) completed.push(step);
      }
    }
    const [done, left]: [string[], string[]] = [[], []];
    for (const step of completed) {
      const id = undoRequestId(step);
      meant.add(id);
      const how = (await pending.get(id))?.outcome?.state;
      if (how === undefined) problems.push(`${name}: nobody undoes ${step.step}`);
      else (how === 'replied' ? done : left).push(step.step);
      if (how === 'replied' && !undone.includes(id))
        problems.push(`${name}: ${step.step} counts as undone, but is not`);
    }
    const said = [...told.values()].some((one) => same(one.undone, done) && same(one.notUndone, left));
    if (completed.length > 0 && !said)
      problems.push(
        `${name}: undone ${done.join(', ')}; not undone ${left.join(', ')}: told was ${JSON.stringify([...told.values()])}`,
      );
    count.undone += done.length;
    count.notUndone += left.length;
  }
  for (const id of new Set(undone)) if (!meant.has(id)) problems.push(`request ${id} undid what was not to be undone`);
  return count;
}

interface Compensated {
  readonly execution: string;
  readonly undone: readonly string[];
  readonly notUndone: readonly string[];
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join('\n') === [...others].sort().join('\n');
}

/** Each execution's start and end are told once. */
function announced(ran: RanWorkflow, executions: readonly ExecutionDetail[], problems: string[]): void {
  const told = (type: string, execution: string) =>
    new Map(
      ran.harness.published
        .filter((one) => one.type === type && (one.data as { execution: string }).execution === execution)
        .map((one) => [one.id, one.data as { readonly status?: string }]),
    );
  for (const { name, status } of executions) {
    const wanted = {
      [WorkflowStarted.name]: 1,
      [WorkflowCompleted.name]: 1,
      [WorkflowFailed.name]: status === 'succeeded' ? 0 : 1,
    };
    for (const [type, times] of Object.entries(wanted)) {
      const found = told(type, name);
      if (found.size !== times) problems.push(`${name} (${status}): ${type} ${found.size} times, not ${times}`);
    }
    const [completed] = told(WorkflowCompleted.name, name).values();
    if (completed && (completed.status === 'succeeded') !== (status === 'succeeded'))
      problems.push(`${name} ${status}, but ${completed.status} was told`);
  }
}

/** Expected = completed + expired + dead-lettered + in flight; in flight is only what an agent has that is dead for good. */
function accounted({ harness, absent }: RanWorkflow, problems: string[]): number {
  let deliveries = 0;
  for (const id of harness.conversations()) {
    const { account } = harness.conversation(id);
    const { expected, completed, expired, deadLettered, inFlight, withoutLetter } = account;
    deliveries += expected;
    if (expected !== completed + expired + deadLettered + inFlight.length)
      problems.push(`conversation ${id}: ${expected} expected, ${JSON.stringify(account)}`);
    for (const { type, receiver, state } of inFlight)
      if (!absent.some((agent) => agent === receiver)) problems.push(`${type} for ${receiver} is ${state} at rest`);
    for (const { type, receiver } of withoutLetter) problems.push(`${type} for ${receiver} has no dead letter`);
  }
  return deliveries;
}
