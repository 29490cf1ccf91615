import { CLAIM_CHECK_BYTES } from '../../domain/delivery/claim-check.js';
import type { DispatchApproval, DispatchReceive, DispatchRun, DispatchWait } from '../../domain/execution/dispatch.js';
import { LanewayError } from '../../domain/base/errors.js';
import { INSTANT_FORM, instantOf } from '../../domain/base/iso-time.js';
import { behind } from '../../domain/delivery/lineage.js';
import { jsonBytes } from '../../domain/request/keep.js';
import { restored } from '../../domain/execution/kept-state.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { requestLineage } from '../../domain/request/request-lineage.js';
import { armFirst } from '../../domain/request/timer-queue.js';
import { ApprovalDecided, ApprovalRequested, WorkflowRequested } from '../../message/system-messages.js';
import { publishMessage } from '../../publishing/publish-message.js';
import { askApprovers } from './ask-approvers.js';
import type { DispatcherServices } from './dispatcher-services.js';
import { continuedRun, waitOf } from './earlier-generations.js';
import { resumeWaiter } from './resume-waiter.js';
import { waiterOf } from './waiter-of.js';

/** A step that waits without asking an agent: for a time, for the end of another workflow, for a person, for a message. */
export type Hold = DispatchWait | DispatchRun | DispatchApproval | DispatchReceive;

/**
 * Opens what the step waits for: timer, pending record and, for another workflow, the message that has it started, in
 * this order; ids are those of the step, so that a repetition opens nothing new and its token is the one that is answered.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated; others for good
 */
export async function holdStep(
  hold: Hold,
  ids: { readonly messageId: string; readonly requestId: string },
  services: DispatcherServices,
): Promise<void> {
  const { clock, senders } = services.publishing;
  const requestId = hold.kind === 'receive' ? await waitOf(hold, services) : ids.requestId;
  const { timers } = senders;
  if (!timers) throw new LanewayError('CONFIGURATION', 'the dispatcher knows no queue of timers');
  const now = clock.now();
  const at = endOf(hold, now);
  if (hold.kind === 'wait' && at <= now) {
    await services.resumer.succeed(hold.token, { data: null });
    return;
  }
  const armed = await armFirst(timers, { requestId, at }, now);
  const record = { ...recordOf(hold, { ...ids, requestId }, new Date(at).toISOString()), ...armed };
  await services.pending.open(record);
  if (hold.kind === 'run') await requestWorkflow(hold, ids, record, services);
  // Of a step that is begun again its first beginning counts, from which its time runs.
  if (hold.kind === 'approval') await askApprovers((await services.pending.get(requestId)) ?? record, false, services);
  const standing = await services.pending.get(requestId);
  // A message that came before the step kept its place for nobody: this step's waiter is told.
  if (standing?.outcome) await resumeWaiter({ ...standing, waiter: record.waiter }, standing.outcome, services);
}

/** @throws LanewayError INVALID_OPTION for a time that is none */
function endOf(hold: Hold, now: number): number {
  if (hold.kind !== 'wait') return now + hold.timeoutSeconds * 1000;
  if (hold.seconds !== undefined) return now + hold.seconds * 1000;
  const at = instantOf(hold.until);
  if (at !== undefined) return at;
  throw new LanewayError('INVALID_OPTION', `step '${hold.step}' waits until ${JSON.stringify(hold.until)}`, {
    help: [`allowed: ${INSTANT_FORM}`],
  });
}

function recordOf(hold: Hold, ids: { messageId: string; requestId: string }, deadline: string): PendingRecord {
  const { message } = hold;
  return {
    ...ids,
    ...kindOf(hold, deadline),
    ...requestLineage(message),
    ...{ deadline, attempt: 1, waiter: waiterOf(hold) },
  };
}

function kindOf(
  hold: Hold,
  deadline: string,
): Pick<PendingRecord, 'type' | 'replyType' | 'holds' | 'approval' | 'bound'> {
  if (hold.kind === 'wait') return { holds: 'time', type: 'wait', replyType: '' };
  if (hold.kind === 'run') return { holds: 'workflow', type: `workflow:${hold.runs}`, replyType: '' };
  if (hold.kind === 'receive') return { type: `await ${hold.type}`, replyType: hold.type };
  const { workflow, title, details = null, approvers, escalateTo, timeoutSeconds } = hold;
  const approval = { workflow, title, details, approvers };
  const type = { type: ApprovalRequested.name, replyType: ApprovalDecided.name };
  if (escalateTo === undefined) return { ...type, approval };
  const bound = new Date(Date.parse(deadline) + timeoutSeconds * 1000).toISOString();
  return { ...type, bound, approval: { ...approval, escalateTo } };
}

/** In a retried execution, a workflow that failed in an earlier generation is retried with it. */
async function requestWorkflow(
  run: DispatchRun,
  { messageId, requestId }: { messageId: string; requestId: string },
  { deadline }: PendingRecord,
  { publishing, pending, payloads }: DispatcherServices,
): Promise<void> {
  const { runs, message } = run;
  const data = await restored(run.data, message.correlationid, payloads);
  const bytes = jsonBytes(data);
  if (bytes > CLAIM_CHECK_BYTES) {
    throw new LanewayError('TOO_LARGE', `step '${run.step}' runs ${runs} with ${bytes} bytes`, {
      help: [
        `allowed: ${CLAIM_CHECK_BYTES} bytes, as an execution holds them whole; pass on the fields that are needed`,
      ],
    });
  }
  const continued = await continuedRun(run, { pending });
  await publishMessage(
    publishing,
    WorkflowRequested,
    {
      ...{ workflow: runs, data, parent: { requestId } },
      ...(continued ? { generation: continued.generation, start: { id: continued.startId } } : {}),
    },
    {
      ...behind(message),
      ...{ id: messageId, deadline: new Date(deadline), subject: runs },
      parent: { id: message.id, priority: message.priority },
    },
  );
}
