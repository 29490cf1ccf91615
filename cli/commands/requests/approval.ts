import { defined } from '../../../shared/domain/base/defined.js';
import {
  approvalById,
  decideApproval,
  openApprovals,
  type ApprovalRecord,
} from '../../../shared/operator/requests/decide-approval.js';
import type { AnswerServices } from '../../../shared/operator/requests/answer-request.js';
import type { CommandContext } from '../../context/command-context.js';
import { openDeployed } from '../../context/open-deployed.js';
import { approvalTable, approvalText, type ShownApproval } from '../../render/approvals.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';

/** Open approvals, the one whose time is over first at the top. */
export async function approvalListCommand(context: CommandContext): Promise<void> {
  const services = await answersOf(context);
  const shown = (await openApprovals(services)).map(shownOf);
  context.output.result(shown, () => approvalTable(services.topology.name, shown, context.output.paint).join('\n'));
}

/** One approval, open or decided. @throws LanewayError NOT_FOUND */
export async function approvalShowCommand(context: CommandContext, id: string): Promise<void> {
  const shown = shownOf(await approvalById(id, await answersOf(context)));
  context.output.result(shown, () => approvalText(shown, context.output.paint).join('\n'));
}

/** Decides an approval. @throws LanewayError as `decideApproval` */
export async function approvalDecideCommand(
  context: CommandContext,
  id: string,
  decision: 'approved' | 'rejected',
  options: ActOptions,
): Promise<void> {
  const decided = await decideApproval(id, decision, await actorOf(context, options), await answersOf(context));
  context.output.progress(`${decision}; follow it: laneway trace ${decided.conversation}`);
  context.output.result({ ...decided, decision }, () => decision);
}

async function answersOf(context: CommandContext): Promise<AnswerServices> {
  const { topology } = await context.operated();
  return openDeployed(topology);
}

/** Without the task token of the workflow. */
function shownOf(record: ApprovalRecord): ShownApproval {
  const { requestId, correlationId, deadline, bound, approval, waiter, outcome } = record;
  return {
    ...{ id: requestId, conversation: correlationId, ...approval },
    ...(waiter.kind === 'workflow' ? { execution: waiter.execution, step: waiter.step } : {}),
    deadline,
    ...defined({ bound }),
    ...(outcome === undefined ? {} : { ended: outcome.at }),
    ...(outcome?.state === 'replied' ? { decision: outcome.data } : {}),
  };
}
