import { milliseconds } from '../../../shared/domain/base/duration.js';
import {
  answerRequest,
  failRequest,
  openRequests,
  requestById,
  visible,
  type AnswerServices,
} from '../../../shared/operator/requests/answer-request.js';
import type { CommandContext } from '../../context/command-context.js';
import { openDeployed } from '../../context/open-deployed.js';
import { readData } from '../../input/read-data.js';
import { readDuration } from '../../input/read-duration.js';
import { requestTable, requestText } from '../../render/requests.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';

const listWithin = '1 day';

/** Open requests, the one whose time is over first at the top. */
export async function requestsListCommand(context: CommandContext, { within }: { within?: string }): Promise<void> {
  const services = await answersOf(context);
  const records = await openRequests(milliseconds(within === undefined ? listWithin : readDuration(within)), services);
  const shown = records.map(visible);
  context.output.result(shown, () => requestTable(services.topology.name, shown, context.output.paint).join('\n'));
}

/** One request, with where it stands on its ladder. @throws LanewayError NOT_FOUND */
export async function requestsGetCommand(context: CommandContext, id: string): Promise<void> {
  const shown = visible(await requestById(id, await answersOf(context)));
  context.output.result(shown, () => requestText(shown, context.output.paint).join('\n'));
}

/** Answers a request in place of an agent. @throws LanewayError as `answerRequest` */
export async function requestsAnswerCommand(
  context: CommandContext,
  id: string,
  options: ActOptions & { readonly data: string },
): Promise<void> {
  const data = readData(options.data);
  const actor = await actorOf(context, options);
  const answered = await answerRequest(id, data, actor, await answersOf(context));
  context.output.progress(`answered; follow it: laneway trace ${answered.conversation}`);
  context.output.result(answered, () => answered.messageId);
}

/** Ends a request as failed. @throws LanewayError as `failRequest` */
export async function requestsFailCommand(context: CommandContext, id: string, options: ActOptions): Promise<void> {
  const failed = await failRequest(id, await actorOf(context, options), await answersOf(context));
  context.output.progress(`failed; follow it: laneway trace ${failed.conversation}`);
  context.output.result(failed, () => failed.messageId);
}

async function answersOf(context: CommandContext): Promise<AnswerServices> {
  const { topology } = await context.operated();
  return openDeployed(topology);
}
