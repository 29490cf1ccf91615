import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { agentLanes } from '../../../../shared/worker/agent-lanes.js';
import { ProcessConcurrency } from '../../../../shared/worker/process-concurrency.js';
import { outputKey } from '../../../../shared/topology/deployed/output-key.js';
import { counter } from '../../../../bench/counter/topology.js';
import book from '../../../../bench/counter/book/worker.js';
import north from '../../../../bench/counter/north/worker.js';

const sqs = mockClient(SQSClient);

beforeEach(() => sqs.reset());

const deployment = {
  Bus: 'bus',
  LedgerTable: 'ledger',
  PendingTable: 'pending',
  PayloadBucket: 'payloads',
  TimerQueue: 'timers',
  ...Object.fromEntries<string>(
    Object.values(counter.model.agents).flatMap(({ id, lanes }): [string, string][] => [
      [outputKey('DeadLetters', id), `dead-${id}`],
      [outputKey('Bindings', id), '{"notes":"/nowhere"}'],
      ...lanes.map((lane): [string, string] => [outputKey('Lane', id, lane), `${id}-${lane}`]),
    ]),
  ),
};

const open = async () =>
  agentLanes([await book.prepare(deployment), await north.prepare(deployment)], deployment, {
    concurrency: new ProcessConcurrency(),
    tried: () => undefined,
  });

test('the lanes of several agents come by priority, each priority in the order of the agents', async () => {
  const lanes = await open();
  expect(lanes.map(({ name }) => name)).toEqual(['book/high', 'north/high', 'book/normal', 'north/normal']);
});

test('what is received is hidden for 20 seconds, whatever the queue is set to, and for longer than a dead long poll waits', async () => {
  sqs.on(ReceiveMessageCommand).resolves({});
  const [lane] = await open();
  const { signal } = new AbortController();
  await lane?.receive(3, true, signal);
  await lane?.receive(2, false, signal);
  expect(sqs.commandCalls(ReceiveMessageCommand).map(({ args }) => args[0].input)).toMatchObject([
    { QueueUrl: 'book-high', MaxNumberOfMessages: 3, VisibilityTimeout: 20, WaitTimeSeconds: 10 },
    { QueueUrl: 'book-high', MaxNumberOfMessages: 2, VisibilityTimeout: 20, WaitTimeSeconds: 0 },
  ]);
});
