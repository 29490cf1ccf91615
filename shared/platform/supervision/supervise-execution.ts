import { defined } from '../../domain/base/defined.js';
import { requestLineage } from '../../domain/request/request-lineage.js';
import { awaitedId } from '../../domain/request/awaited.js';
import type { Execution, SupervisedExecutions } from '../../domain/execution/executions.js';
import type { PendingRecord, RequestOutcome, Waiter } from '../../domain/request/pending.js';
import { idsOf } from '../../domain/execution/step-ids.js';
import type { Ports } from '../../domain/ports.js';
import { awaitedStep, stepOfState, type AwaitedStep } from '../workflows/awaited-step.js';
import { stepInGeneration, takenOver, waitOf } from '../workflows/earlier-generations.js';
import { resumeWaiter, type ResumeServices } from '../workflows/resume-waiter.js';
import { waiterOf } from '../workflows/waiter-of.js';

/** Ports for looking at a running execution. */
interface ExecutionServices extends ResumeServices, Pick<Ports, 'clock'> {
  readonly executions: SupervisedExecutions;
}

/** Counts of the waiting steps of one execution that were resolved; the meanings are those of {@link SuperviseSummary}. */
interface Resolved {
  readonly toldAgain: number;
  readonly unanswered: number;
  readonly stopped: number;
}

const NOTHING: Resolved = { toldAgain: 0, unanswered: 0, stopped: 0 };
/** Stands for a token that is not known; nobody waits on it. */
const NO_TOKEN = 'none';
/** Error of an execution that is stopped. */
const STOPPED = 'Laneway.NobodyAnswers';

/**
 * Looks whether each step at which an execution waits will have an answer. An open request has one: a reply, a timer or the
 * sweeper ends it. A request that has ended already is told (again) to its step. One that is not recorded is recorded as failed, by
 * a write that loses against a dispatch which is only slow, and told. The token is that of the history, where the engine has it
 * there. Where it has not, and the record's token is answered in vain, the execution is stopped.
 *
 * @param until milliseconds since 1970; steps that began, and requests that ended, after that are left to go on by themselves
 * @throws LanewayError UNAVAILABLE, PUBLISH, to be repeated
 */
export async function superviseExecution(
  execution: Execution,
  until: number,
  services: ExecutionServices,
): Promise<Resolved> {
  const { workflow, name } = execution;
  let all = NOTHING;
  for (const call of await services.executions.openCalls(workflow, name)) {
    if (Date.parse(call.since) > until) continue;
    const step =
      call.payload === undefined
        ? await stepOfState(call.state, execution, services.executions)
        : awaitedStep(call.payload);
    if (!step) continue;
    const resolved = await resolve(step, until, services);
    if (resolved === 'stop') {
      // Stopping cannot be taken back: what was seen is looked at once more.
      const still = await services.executions.openCalls(workflow, name);
      if (!still.some(({ state }) => state === call.state)) continue;
      const cause = `step '${step.step}' waits for an answer that nobody will give`;
      services.log.error('an execution is stopped', { ...aboutOf(step), cause });
      await services.executions.stop(workflow, name, STOPPED, cause);
      return { ...all, stopped: 1 };
    }
    if (resolved !== 'fine') all = { ...all, [resolved]: all[resolved] + 1 };
  }
  return all;
}

async function resolve(
  step: AwaitedStep,
  until: number,
  services: ExecutionServices,
): Promise<'fine' | 'stop' | 'toldAgain' | 'unanswered'> {
  const { requestId, record } = await requestOf(step, services);
  if (record && !record.outcome) return 'fine';
  if (record?.outcome) {
    // The function that ended it a moment ago is about to tell the step.
    if (Date.parse(record.outcome.at) > until) return 'fine';
    const told = await tell(step, record, record.outcome, services);
    if (told === 'resumed') services.log.warn('a step had not heard of the end of its request', aboutOf(step));
    return told === 'resumed' ? 'toldAgain' : step.token === undefined ? 'stop' : 'fine';
  }
  if (step.token === undefined) return 'stop';
  const ended = await recordAsFailed(step, requestId, services);
  if (!ended?.outcome) return 'fine';
  const told = await tell(step, ended, ended.outcome, services);
  if (told === 'resumed') services.log.error('a step waited on a request that is not recorded', aboutOf(step));
  return told === 'resumed' ? 'unanswered' : 'fine';
}

/** The request that the step waits on, found by ids that follow from its place. */
async function requestOf(
  step: AwaitedStep,
  { pending, sagas }: ExecutionServices,
): Promise<{ readonly requestId: string; readonly record: PendingRecord | undefined }> {
  const { workflow, execution, message, key, generation = 0 } = step;
  if (step.kind !== 'receive') {
    const { requestId } = idsOf(step);
    const own = await pending.get(requestId);
    if (own) return { requestId, record: own };
    // What it waits on since it went on from an earlier generation is its own, however that ended.
    for (let earlier = generation - 1; earlier >= 0; earlier--) {
      const record = await pending.get(stepInGeneration(step, earlier).requestId);
      if (record && isWaitedOnBy(execution, record)) return { requestId, record };
    }
    return { requestId, record: await takenOver(step, { pending, sagas }) };
  }
  for (let round = 0; round <= generation; round++) {
    const requestId = awaitedId(workflow, step.step, message.correlationid, key, round);
    const record = await pending.get(requestId);
    if (record && isWaitedOnBy(execution, record)) return { requestId, record };
  }
  const requestId = await waitOf(step, { pending });
  return { requestId, record: await pending.get(requestId) };
}

function isWaitedOnBy(execution: string, { waiter }: PendingRecord): boolean {
  return waiter.kind === 'workflow' && waiter.execution === execution;
}

/** @returns the record as it stands; it has no outcome when the dispatcher was only slow */
async function recordAsFailed(
  step: AwaitedStep,
  requestId: string,
  { clock, pending, topology }: ExecutionServices,
): Promise<PendingRecord | undefined> {
  const at = new Date(clock.now()).toISOString();
  const { message, what } = step;
  const type = topology.types.get(what);
  await pending.open({
    ...{ requestId, messageId: idsOf(step).messageId, ...requestLineage(message) },
    ...{ type: what, replyType: type?.kind === 'command' ? (type.reply?.name ?? '') : '' },
    ...(step.kind === 'wait' ? { holds: 'time' as const } : {}),
    ...{ deadline: at, attempt: 1, waiter: waiterFor(step) },
    outcome: {
      ...{ state: 'failed', by: `supervisor:${requestId}`, at },
      error: {
        code: 'NOBODY_ANSWERS',
        message: `step '${step.step}' waited on a request that is not recorded`,
        ...{ name: 'Supervision', retryable: false },
      },
    },
  });
  return pending.get(requestId);
}

function tell(step: AwaitedStep, record: PendingRecord, outcome: RequestOutcome, services: ExecutionServices) {
  return resumeWaiter({ ...record, waiter: waiterFor(step, record) }, outcome, services);
}

function waiterFor(step: AwaitedStep, record?: PendingRecord): Waiter {
  const recorded = record?.waiter.kind === 'workflow' ? record.waiter : undefined;
  const keep = step.keep ?? recorded?.keep;
  const token = step.token ?? recorded?.token ?? NO_TOKEN;
  return waiterOf({ ...step, token, ...defined({ keep }) });
}

function aboutOf({ workflow, execution, step, index, message }: AwaitedStep): Readonly<Record<string, unknown>> {
  return { workflow, execution, step, ...defined({ index }), correlation: message.correlationid };
}
