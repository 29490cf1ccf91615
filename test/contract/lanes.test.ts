import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { SqsDeadLetterQueue } from '../../shared/aws/sqs/sqs-dead-letter-queue.js';
import { SqsLaneReceipts } from '../../shared/aws/sqs/sqs-lane-receipts.js';
import { SqsLaneSender } from '../../shared/aws/sqs/sqs-lane-sender.js';
import { SqsTimerQueue } from '../../shared/aws/sqs/sqs-timer-queue.js';
import { ManualClock } from '../../shared/testing/memory/manual-clock.js';
import { MemoryDeadLetterQueue, MemoryLaneReceipts, MemoryLanes } from '../../shared/testing/memory/memory-lanes.js';
import { MemoryPayloads } from '../../shared/testing/memory/memory-payloads.js';
import { MemoryQueue } from '../../shared/testing/memory/memory-queue.js';
import { MemoryTimers } from '../../shared/testing/memory/memory-timers.js';
import { describeOnEngine, type EngineResources } from '../kit/stands/engine-resources.js';
import { anEnvelope } from '../kit/generators/sample-messages.js';
import { deadLetterQueueContract, lanesContract, timerQueueContract, type QueueView } from './suites/lanes.contract.js';

function memoryView(queue: MemoryQueue): QueueView {
  return {
    receive: () => Promise.resolve(queue.receive(10, 60)),
    drain: (count) => {
      const copies = queue.receive(count, 60);
      for (const { receipt } of copies) queue.delete(receipt);
      return Promise.resolve(copies.map(({ body }) => body));
    },
  };
}

describe('lanes in memory', () => {
  lanesContract(() => {
    const lanes = new MemoryLanes(new ManualClock(), { worker: ['critical', 'direct-critical', 'direct-normal'] });
    const critical = lanes.queue('worker', 'critical', true);
    const normal = lanes.queue('worker', 'normal', true);
    if (!critical || !normal) throw new Error('the lanes are missing');
    return Promise.resolve({
      sender: lanes,
      critical: memoryView(critical),
      normal: memoryView(normal),
      receipts: new MemoryLaneReceipts(normal),
    });
  });
  deadLetterQueueContract(() => {
    const queue = new MemoryQueue(new ManualClock());
    const payloads = new MemoryPayloads();
    return Promise.resolve({ queue: new MemoryDeadLetterQueue(queue, payloads), view: memoryView(queue), payloads });
  });
  timerQueueContract(() => {
    const queue = new MemoryQueue(new ManualClock(Date.now()));
    return Promise.resolve({ timers: new MemoryTimers(queue), view: memoryView(queue) });
  });
});

describe('MemoryQueue', () => {
  it('hides, shows again and counts receptions over the clock', () => {
    const clock = new ManualClock();
    const queue = new MemoryQueue(clock);
    queue.send('later', 10);
    queue.send('now');
    const [first] = queue.receive(10, 30);
    expect([first?.body, first?.receiveCount]).toEqual(['now', 1]);
    expect(queue.depth).toBe(0);
    expect(queue.nextVisibleAt).toBe(clock.now() + 10_000);
    clock.advance(30_000);
    expect(queue.receive(10, 30).map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ['later', 1],
      ['now', 2],
    ]);
    expect(queue.delete(first?.receipt ?? '')).toBe(false); // received again since: the old receipt has run out
    expect(queue.size).toBe(2);
  });
});

function engineView(resources: EngineResources, url: string): QueueView {
  return {
    receive: async () => {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 60,
        WaitTimeSeconds: 1,
      });
      const { Messages = [] } = await resources.clients.sqs.send(command);
      return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({ body: Body, receipt: ReceiptHandle }));
    },
    drain: (count) => resources.drain(url, count),
  };
}

describeOnEngine('SQS lanes', (resources) => {
  const { sqs } = resources.clients;
  lanesContract(async () => {
    const critical = await resources.queue('critical');
    const normal = await resources.queue('normal');
    return {
      sender: new SqsLaneSender(sqs, { worker: { 'direct-critical': critical, 'direct-normal': normal } }),
      critical: engineView(resources, critical),
      normal: engineView(resources, normal),
      receipts: new SqsLaneReceipts(sqs, normal),
    };
  });
  deadLetterQueueContract(async () => {
    const url = await resources.queue('dead-letters');
    const payloads = new S3PayloadStore(resources.clients.s3, await resources.bucket());
    return { queue: new SqsDeadLetterQueue(sqs, url, payloads), view: engineView(resources, url), payloads };
  });
  timerQueueContract(async () => {
    const url = await resources.queue('timers');
    return { timers: new SqsTimerQueue(sqs, url), view: engineView(resources, url) };
  });

  it('delays a message into a lane', async () => {
    const QueueUrl = await resources.queue('delayed');
    const sender = new SqsLaneSender(sqs, { worker: { 'direct-normal': QueueUrl } });
    const [result] = await sender.send([
      { receiver: 'worker', lane: 'normal', envelope: anEnvelope(), delaySeconds: 300 },
    ]);
    expect(result).toEqual({ ok: true });
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    expect((await sqs.send(command)).Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '1',
    });
  });
});
