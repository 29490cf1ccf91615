import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { SqsStandings } from '../../../../../shared/aws/sqs/sqs-standings.js';

const client = mockClient(SQSClient);
const lanes = { smith: { high: 'smith/high', normal: 'smith/normal' }, painter: { normal: 'painter/normal' } };
const standings = new SqsStandings(new SQSClient({ region: 'us-east-1' }), lanes);
const idle = { available: true, completed: 0, failed: 0 };

beforeEach(() => client.reset());

it('adds up what waits, what is handled and what waits for its next try, over all lanes of an agent', async () => {
  client.on(GetQueueAttributesCommand).resolves({ Attributes: {} });
  client.on(GetQueueAttributesCommand, { QueueUrl: 'smith/high' }).resolves({
    Attributes: {
      ApproximateNumberOfMessages: '3',
      ApproximateNumberOfMessagesNotVisible: '2',
      ApproximateNumberOfMessagesDelayed: '1',
    },
  });
  client.on(GetQueueAttributesCommand, { QueueUrl: 'smith/normal' }).resolves({
    Attributes: { ApproximateNumberOfMessages: '10' },
  });
  expect(await standings.of(['smith', 'painter'])).toEqual([
    { agent: 'smith', open: 16, ...idle },
    { agent: 'painter', open: 0, ...idle },
  ]);
  expect(client.commandCalls(GetQueueAttributesCommand)).toHaveLength(3);
});

it('leaves out whose lanes it does not know, and fails when it knows none', async () => {
  client.on(GetQueueAttributesCommand).resolves({ Attributes: {} });
  expect((await standings.of(['painter', 'toString'])).map(({ agent }) => agent)).toEqual(['painter']);
  await expect(standings.of(['stranger'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

it('says that counts could not be had', async () => {
  client.on(GetQueueAttributesCommand).rejects(new Error('AccessDenied'));
  await expect(standings.of(['painter'])).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
});
