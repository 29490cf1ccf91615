import {
  GetFunctionConfigurationCommand,
  paginateListEventSourceMappings,
  type EventSourceMappingConfiguration,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { AgentFunctions, FunctionState } from '../../domain/registry/function-state.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';
import { available } from '../base/aws-error.js';

/** Clients of the services that know of an agent's function. */
export interface FunctionClients {
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
}

type Mapping = Pick<EventSourceMappingConfiguration, 'EventSourceArn' | 'FunctionArn' | 'State' | 'ScalingConfig'> & {
  readonly batch: number;
};

/**
 * Functions of agents as Lambda and SQS tell of them. A function is found by the mappings of the agent's lanes, so that nobody
 * has to know its name. Counts of SQS are approximate, and some seconds old.
 */
export class LambdaAgentFunctions implements AgentFunctions {
  constructor(
    private readonly clients: FunctionClients,
    private readonly lanes: LaneUrls,
  ) {}

  async stateOf(agent: string): Promise<FunctionState> {
    const urls = Object.values((Object.hasOwn(this.lanes, agent) && this.lanes[agent]) || {});
    const lanes = await Promise.all(urls.map((url) => this.#lane(url)));
    const mappings = lanes.flatMap((lane) => lane.mappings);
    const names = [...new Set(mappings.flatMap(({ FunctionArn }) => FunctionArn ?? []))];
    const states = await Promise.all(names.map((name) => this.#stateOf(name)));
    const caps = mappings.map(({ ScalingConfig, batch }) => (ScalingConfig?.MaximumConcurrency ?? Infinity) * batch);
    const most = caps.reduce((sum, cap) => sum + cap, 0);
    return {
      state: states.includes('failed') ? 'failed' : states.includes('pending') ? 'pending' : 'active',
      mappings: urls.length,
      enabled: mappings.filter(({ State = 'Enabled' }) => ['Enabled', 'Updating', 'Creating'].includes(State)).length,
      waiting: lanes.reduce((sum, { waiting }) => sum + waiting, 0),
      inHand: lanes.reduce((sum, { inHand }) => sum + inHand, 0),
      ...(caps.length > 0 && Number.isFinite(most) ? { most } : {}),
    };
  }

  async #lane(QueueUrl: string) {
    const { lambda, sqs } = this.clients;
    const { Attributes = {} } = await available(
      `what waits in ${nameIn(QueueUrl, '/')}`,
      sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      ),
    );
    const { QueueArn: EventSourceArn = '' } = Attributes;
    const list = async (): Promise<readonly Mapping[]> => {
      const found: Mapping[] = [];
      for await (const page of paginateListEventSourceMappings({ client: lambda }, { EventSourceArn }))
        for (const one of page.EventSourceMappings ?? []) found.push({ ...one, batch: one.BatchSize ?? 1 });
      return found.filter((one) => one.EventSourceArn === EventSourceArn);
    };
    return {
      mappings: await available(`what receives from ${nameIn(QueueUrl, '/')}`, list()),
      waiting: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
      inHand: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    };
  }

  async #stateOf(FunctionName: string): Promise<FunctionState['state']> {
    const { State = 'Active', LastUpdateStatus } = await available(
      `the state of ${nameIn(FunctionName, ':')}`,
      this.clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
    );
    if (State === 'Failed') return 'failed';
    // One whose update failed goes on with the code before; an inactive one wakes with the next message.
    return State === 'Pending' || LastUpdateStatus === 'InProgress' ? 'pending' : 'active';
  }
}

function nameIn(text: string, separator: string): string {
  return text.split(separator).at(-1) ?? text;
}
