import { awaitedId } from '../../domain/request/awaited.js';
import type { BadEnd, Dispatch, DispatchReceive, DispatchRun } from '../../domain/execution/dispatch.js';
import { executionName } from '../../domain/wire/execution-name.js';
import type { PendingRecord, RequestOutcome } from '../../domain/request/pending.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import type { SagaStore } from '../../domain/execution/saga.js';
import { idsOf } from '../../domain/execution/step-ids.js';

/** Stores that tell which steps earlier generations have done. */
interface Earlier {
  readonly pending: Pick<PendingStore, 'get'>;
  readonly sagas: Pick<SagaStore, 'find'>;
}

/** Fields of a dispatch by which the same step is found in other generations of its execution. */
type StepOf = Pick<Dispatch, 'workflow' | 'execution' | 'step' | 'index' | 'generation' | 'settles'> & {
  readonly message: Pick<Dispatch['message'], 'id' | 'source' | 'correlationid'>;
};

/** The same step in another generation of the execution. */
export function stepInGeneration(dispatch: StepOf, generation: number): { messageId: string; requestId: string } {
  return idsOf({ ...dispatch, execution: executionName(dispatch.workflow, dispatch.message, generation) });
}

/**
 * Finds the request that the step of a retried execution takes over from the generations before it. It is one that was answered, that
 * ended badly in a way which the step has a value for, or that is still open. The latest counts. A request that a compensation was
 * noted for is not taken over: the earlier generation has undone it, or will.
 */
export async function takenOver(dispatch: StepOf, { pending, sagas }: Earlier): Promise<PendingRecord | undefined> {
  for (let generation = (dispatch.generation ?? 0) - 1; generation >= 0; generation--) {
    const record = await pending.get(stepInGeneration(dispatch, generation).requestId);
    if (!record || !stands(record, dispatch.settles)) continue;
    const execution = executionName(dispatch.workflow, dispatch.message, generation);
    if (!(await sagas.find(execution, record.requestId))) return record;
  }
  return undefined;
}

/**
 * Id of the wait for its message that a step is at: the first that has not ended without it, in generations before. A message
 * looks for its wait in the same order, and so comes to the one that is open.
 */
export async function waitOf(
  hold: StepOf & Pick<DispatchReceive, 'key'>,
  { pending }: Pick<Earlier, 'pending'>,
): Promise<string> {
  const { workflow, step, message, key, generation = 0, settles } = hold;
  for (let round = 0; ; round++) {
    const id = awaitedId(workflow, step, message.correlationid, key, round);
    if (round >= generation) return id;
    const record = await pending.get(id);
    if (!record || stands(record, settles)) return id;
  }
}

/** The executions that a `run` step of a retried execution goes on from. */
export interface Continued {
  /** Id of the message that the first of them was asked for with. */
  readonly startId: string;
  /** Number of the next. */
  readonly generation: number;
}

/** Finds the executions that the step ran before, when they ended by failing. Undefined when there are none, or one may still be running. */
export async function continuedRun(
  run: DispatchRun,
  { pending }: Pick<Earlier, 'pending'>,
): Promise<Continued | undefined> {
  const { generation = 0 } = run;
  let first = generation;
  for (let earlier = generation - 1; earlier >= 0; earlier--) {
    const record = await pending.get(stepInGeneration(run, earlier).requestId);
    if (!record) continue;
    if (record.outcome?.state !== 'failed') break;
    first = earlier;
  }
  if (first === generation) return undefined;
  return { startId: stepInGeneration(run, first).messageId, generation: generation - first };
}

function stands({ outcome }: PendingRecord, settles: readonly BadEnd[] = []): boolean {
  return !outcome || outcome.state === 'replied' || settles.includes(badEnd(outcome));
}

function badEnd({ state }: RequestOutcome): BadEnd {
  return state === 'timed-out' ? 'RequestTimedOut' : 'RequestFailed';
}
