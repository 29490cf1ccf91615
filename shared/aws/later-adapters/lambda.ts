import type { AgentFunctions } from '../../domain/registry/function-state.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';
import { lambdaClient } from '../base/clients/lambda-client.js';
import { sqsClient } from '../base/clients/sqs-client.js';
import { LambdaAgentFunctions } from '../lambda/lambda-agent-functions.js';

/** Functions of agents, found by their lanes. */
export function makeAgentFunctions(urls: LaneUrls): AgentFunctions {
  return new LambdaAgentFunctions({ lambda: lambdaClient(), sqs: sqsClient() }, urls);
}
