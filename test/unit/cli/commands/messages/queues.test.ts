import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { grown } from '../../../../../cli/commands/messages/queues.js';
import { knownQueues, readQueues } from '../../../../../cli/commands/messages/read-queues.js';
import { queueTable } from '../../../../../cli/commands/messages/queue-table.js';
import { shop } from '../../../../kit/applications/fixture-topology.js';

const deployment = {
  LaneClerkCritical: 'clerk-critical',
  LaneClerkNormal: 'clerk-normal',
  DeadLettersClerk: 'clerk-dead',
  UnroutableQueue: 'unroutable',
  LaneOfAnotherApplication: 'other',
};
const sqs = mockClient(SQSClient);
const depth = (waiting: number, inFlight = 0) => ({
  Attributes: {
    ApproximateNumberOfMessages: String(waiting),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: '0',
  },
});

beforeEach(() => {
  sqs.reset();
  sqs.on(GetQueueAttributesCommand).resolves(depth(0));
  sqs.on(GetQueueAttributesCommand, { QueueUrl: 'clerk-normal' }).resolves(depth(3, 2));
  sqs.on(GetQueueAttributesCommand, { QueueUrl: 'clerk-dead' }).resolves(depth(1));
  sqs.on(ReceiveMessageCommand).resolves({
    Messages: [{ Attributes: { SentTimestamp: '9000' } }, { Attributes: { SentTimestamp: '4000' } }],
  });
});

describe('the queues of a deployment', () => {
  it('are those of the topology that the stacks have, lanes by priority', () => {
    expect(knownQueues(shop.model, deployment).map(({ owner, queue }) => `${owner} ${queue}`)).toEqual([
      'clerk critical',
      'clerk normal',
      'clerk dead letters',
      '(platform) unroutable',
    ]);
  });

  it('tell depth, in flight and the oldest message seen, and look only where something waits', async () => {
    const queues = await readQueues(shop.model, deployment, { ages: true, now: () => 10_000 });
    expect(queues[1]).toMatchObject({ depth: 3, inFlight: 2, oldestMs: 6_000 });
    expect(queues[0]).not.toHaveProperty('oldestMs');
    const looks = sqs.commandCalls(ReceiveMessageCommand).map((call) => call.args[0].input);
    expect(looks.map(({ QueueUrl }) => QueueUrl)).toEqual(['clerk-normal', 'clerk-dead']);
    // Anything above 0 would hide the messages from their receiver.
    expect(looks.every(({ VisibilityTimeout }) => VisibilityTimeout === 0)).toBe(true);
  });

  it('are counted without a receipt when no ages are asked for; ages then grow until the queue is empty', async () => {
    const before = await readQueues(shop.model, deployment, { ages: true, now: () => 10_000 });
    sqs.on(GetQueueAttributesCommand, { QueueUrl: 'clerk-dead' }).resolves(depth(0));
    const looked = sqs.commandCalls(ReceiveMessageCommand).length;
    const after = grown(await readQueues(shop.model, deployment, { ages: false }), before, 2_000);
    expect(sqs.commandCalls(ReceiveMessageCommand)).toHaveLength(looked);
    expect(after.map(({ oldestMs }) => oldestMs)).toEqual([undefined, 8_000, undefined, undefined]);
  });

  it('stand in aligned columns with a word on what is the matter', async () => {
    const queues = await readQueues(shop.model, deployment, { ages: true, now: () => 10_000 });
    expect(queueTable('fixture-shop', queues)).toEqual([
      'owner       queue         waiting  in flight  delayed  oldest',
      'clerk       critical            0          0',
      '            normal              3          2              6 s',
      '            dead letters        1          0              6 s',
      '(platform)  unroutable          0          0',
      '',
      'lanes: 3 waiting, 2 in flight; 1 dead letters wait for the drain',
    ]);
  });
});
