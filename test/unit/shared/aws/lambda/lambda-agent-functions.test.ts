import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaAgentFunctions } from '../../../../../shared/aws/lambda/lambda-agent-functions.js';

const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const LANES = {
  clerk: { critical: 'https://sqs.example/1/clerk-critical', normal: 'https://sqs.example/1/clerk-normal' },
};
const functions = new LambdaAgentFunctions({ lambda: new LambdaClient({}), sqs: new SQSClient({}) }, LANES);

const arnOf = (lane: string): string => `arn:aws:sqs:eu-west-1:1:clerk-${lane}`;

function mapped(
  lane: 'critical' | 'normal',
  own: Partial<EventSourceMappingConfiguration> = {},
  counts = [0, 0],
): void {
  const [waiting, inHand] = counts;
  sqs.on(GetQueueAttributesCommand, { QueueUrl: LANES.clerk[lane] }).resolves({
    Attributes: {
      QueueArn: arnOf(lane),
      ApproximateNumberOfMessages: String(waiting),
      ApproximateNumberOfMessagesNotVisible: String(inHand),
    },
  });
  const mapping = { EventSourceArn: arnOf(lane), FunctionArn: 'arn:f', State: 'Enabled', BatchSize: 4, ...own };
  // An engine may answer with mappings of other queues as well.
  const other = { EventSourceArn: arnOf('other'), FunctionArn: 'arn:other', State: 'Disabled' };
  lambda
    .on(ListEventSourceMappingsCommand, { EventSourceArn: arnOf(lane) })
    .resolves({ EventSourceMappings: [mapping, other] });
}

beforeEach(() => {
  lambda.reset();
  sqs.reset();
  lambda.on(GetFunctionConfigurationCommand, { FunctionName: 'arn:f' }).resolves({ State: 'Active' });
});

it('tells of a function by the mappings of its lanes, and of what waits there', async () => {
  mapped('critical', {}, [2, 1]);
  mapped('normal', { State: 'Disabled' }, [5, 0]);
  expect(await functions.stateOf('clerk')).toEqual({
    ...{ state: 'active', mappings: 2, enabled: 1, waiting: 7, inHand: 1 },
  });
});

it('has a bound where every lane has one', async () => {
  mapped('critical', { ScalingConfig: { MaximumConcurrency: 2 } });
  mapped('normal', { ScalingConfig: { MaximumConcurrency: 3 }, BatchSize: 10 });
  expect(await functions.stateOf('clerk')).toMatchObject({ most: 38, enabled: 2 });
});

it.each([
  [{ State: 'Failed' }, 'failed'],
  [{ State: 'Pending' }, 'pending'],
  [{ State: 'Active', LastUpdateStatus: 'InProgress' }, 'pending'],
  [{ State: 'Active', LastUpdateStatus: 'Failed' }, 'active'],
  [{ State: 'Inactive' }, 'active'],
] as const)('of %j it says %s', async (configuration, state) => {
  mapped('critical');
  mapped('normal');
  lambda.on(GetFunctionConfigurationCommand, { FunctionName: 'arn:f' }).resolves(configuration);
  expect(await functions.stateOf('clerk')).toMatchObject({ state });
});

it('has nothing of an agent without lanes, and says what could not be read', async () => {
  expect(await functions.stateOf('constructor')).toMatchObject({ mappings: 0, enabled: 0 });
  mapped('critical');
  mapped('normal');
  sqs.on(GetQueueAttributesCommand, { QueueUrl: LANES.clerk.normal }).rejects(new Error('throttled'));
  await expect(functions.stateOf('clerk')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('what waits in clerk-normal') as string,
  });
});
