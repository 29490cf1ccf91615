import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { SqsTimerQueue } from '../../../../../shared/aws/sqs/sqs-timer-queue.js';

const client = mockClient(SQSClient);
const sqs = new SQSClient({ region: 'us-east-1' });

beforeEach(() => client.reset());

describe('SqsTimerQueue', () => {
  it.each([
    [1_500, 2],
    [0, 0],
    [-5_000, 0],
    [900_000, 900],
    [86_400_000, 900],
  ])('delays a timer %d ms ahead by %d s', async (ahead, DelaySeconds) => {
    client.on(SendMessageCommand).resolves({});
    const timer = { requestId: 'r', at: 1_000_000 + ahead };
    await new SqsTimerQueue(sqs, 'url').set(timer, 1_000_000);
    expect(client.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'url',
      // Functions of earlier releases ask for the number of hops.
      MessageBody: JSON.stringify({ ...timer, hop: 0 }),
      DelaySeconds,
    });
  });
});
