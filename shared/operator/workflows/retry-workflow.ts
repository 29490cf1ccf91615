import { offPath } from '../../domain/delivery/lineage.js';
import { defined } from '../../domain/base/defined.js';
import { LanewayError } from '../../domain/base/errors.js';
import { executionName } from '../../domain/wire/execution-name.js';
import { derivedId } from '../../domain/base/ids.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';
import { undoRequestId, type Saga } from '../../domain/execution/saga.js';
import { WorkflowRequested } from '../../message/system-messages.js';
import { publishMessage } from '../../publishing/publish-message.js';
import { checkActor, type Actor } from '../operator-services.js';
import { executionByName, noteAction, type FoundExecution, type WorkflowActServices } from './workflow-services.js';

/** A retry of an execution. */
export interface Retried {
  /** Name of the workflow. */
  readonly workflow: string;
  /** The execution that was retried. */
  readonly of: string;
  /** The execution that does it again, from where that one failed. */
  readonly execution: string;
  /** Number of the new execution's generation: 1 for the first retry. */
  readonly generation: number;
  /** Correlation id of the conversation that both executions belong to. */
  readonly conversation: string;
  /** It had been retried before: nothing was started. */
  readonly already: boolean;
  /** Steps whose compensation failed: they are done once more, and what they had done may still stand. */
  readonly notUndone: readonly string[];
}

const DAY_MS = 86_400_000;

/**
 * Starts an execution that did not end well once more, as its next generation, on the definition that is deployed now:
 * the steps that were answered are not asked for again, what is still waited for is waited on, what was published keeps its
 * ids. Noted in the ledger with who and why. The same retry again is the same message and starts nothing.
 *
 * @throws LanewayError NOT_FOUND; REFUSED while it runs or is being compensated, when it succeeded, when another execution
 * ran it, and when what it did is no longer known; INVALID_OPTION without who or why; PUBLISH
 */
export async function retryExecution(name: string, actor: Actor, services: WorkflowActServices): Promise<Retried> {
  checkActor(actor);
  const found = await executionByName(name, services);
  const { execution, input } = found;
  const { message } = input;
  const generation = input.generation + 1;
  const next = executionName(execution.workflow, message, generation);
  const about = { workflow: execution.workflow, of: name, execution: next, generation };
  const conversation = message.correlationid;
  if (await services.executions.find(execution.workflow, next))
    return { ...about, conversation, already: true, notUndone: [] };
  await checkRetry(found, services);
  const saga = await services.sagas.get(name);
  const notUndone = saga ? await leftOf(saga, services) : [];

  const messageId = derivedId('retry', next);
  await noteAction('retry', { execution: next, correlationId: conversation, messageId }, actor, services);
  const { id, source, time, priority, hops, subject, data } = message;
  await publishMessage(
    services.publishing,
    WorkflowRequested,
    {
      workflow: execution.workflow,
      data: null,
      generation,
      // Without the deadline that the start message may have had: what is retried gets its time anew.
      start: { id, source, time, priority, hops, data, ...defined({ subject }) },
    },
    {
      // It stands for the start message, and no hop lies between the two.
      ...{ ...offPath(message), hops },
      ...{ id: messageId, subject: execution.workflow, parent: { id: message.id, priority } },
    },
  );
  return { ...about, conversation, already: false, notUndone };
}

/** @throws LanewayError REFUSED */
async function checkRetry({ execution, input }: FoundExecution, services: WorkflowActServices): Promise<void> {
  const { name, status, startedAt } = execution;
  if (status === 'running' || status === 'succeeded') {
    throw new LanewayError('REFUSED', `execution '${name}' ${status === 'running' ? 'still runs' : 'succeeded'}`, {
      help: [
        status === 'running'
          ? `see what it waits for: laneway workflow get ${name}; to end it: laneway workflow stop ${name} --why ...`
          : `to do all of it again: laneway workflow start ${execution.workflow} --data ... --why ...`,
      ],
    });
  }
  if (input.parent) {
    const record = await services.pending.get(input.parent.requestId);
    const by = record?.waiter.kind === 'workflow' ? record.waiter.execution : undefined;
    throw new LanewayError(
      'REFUSED',
      `execution '${name}' was run by another one, which has been told that it failed`,
      {
        help: [
          `retry that one, and this one is retried with it: ${by === undefined ? 'laneway workflow list' : `laneway workflow retry ${by} --why ...`}`,
        ],
      },
    );
  }
  // Records of requests are kept as long after their deadline, which lies behind the start.
  if (services.clock.now() > Date.parse(startedAt) + RETENTION_DAYS * DAY_MS) {
    throw new LanewayError('REFUSED', `execution '${name}' began at ${startedAt}, and what it did is no longer known`, {
      help: [
        `a retry is possible for ${RETENTION_DAYS} days from the start`,
        `to do all of it again: laneway workflow start ${execution.workflow} --data ... --why ...`,
      ],
    });
  }
}

/** Steps that could not be undone. @throws LanewayError REFUSED while some still are to be undone */
async function leftOf(saga: Saga, { sagas, pending }: WorkflowActServices): Promise<string[]> {
  const left: string[] = [];
  for await (const step of sagas.steps(saga)) {
    if (step.undoing === 'failed') left.unshift(step.step);
    if (step.undoing) continue;
    const reply = step.late ?? (await pending.get(step.requestId))?.outcome;
    if (reply?.state === 'replied') {
      throw new LanewayError('REFUSED', `step '${step.step}' of execution '${saga.execution}' is still being undone`, {
        help: [
          `try again when WorkflowCompensated is there: laneway trace ${saga.message.correlationid}`,
          `or end it: laneway requests fail ${undoRequestId(step)} --why ...`,
        ],
      });
    }
  }
  return left;
}
