import {
  ChangeMessageVisibilityBatchCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type ChangeMessageVisibilityBatchCommandInput,
  type SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { SqsLaneReceipts } from '../../../shared/aws/sqs/sqs-lane-receipts.js';
import { SqsLaneSender } from '../../../shared/aws/sqs/sqs-lane-sender.js';
import { SqsTimerQueue } from '../../../shared/aws/sqs/sqs-timer-queue.js';
import type { LaneMessage } from '../../../shared/domain/wire/message-bus.js';
import { anEnvelope } from '../../kit/generators/sample-messages.js';

const client = mockClient(SQSClient);
const sqs = new SQSClient({ region: 'us-east-1' });

beforeEach(() => client.reset());

const ids = (entries: readonly { Id?: string | undefined }[] | undefined) => (entries ?? []).map(({ Id }) => ({ Id }));

describe('SqsLaneSender', () => {
  const sender = new SqsLaneSender(sqs, { worker: { normal: 'url-normal' }, other: { normal: 'url-other' } });
  const message = (given: Partial<LaneMessage> = {}): LaneMessage => ({
    receiver: 'worker',
    lane: 'normal',
    envelope: anEnvelope(),
    ...given,
  });
  const accept = (input: SendMessageBatchCommandInput) => ({ Successful: ids(input.Entries), Failed: [] });
  const calls = () => client.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);

  it('sends ten a call and a mebibyte a call, to one queue a call', async () => {
    client.on(SendMessageBatchCommand).callsFake(accept);
    const big = anEnvelope({ data: 'x'.repeat(400_000) });
    const messages = [
      ...Array.from({ length: 12 }, () => message()),
      message({ receiver: 'other', envelope: big }),
      message({ receiver: 'other', envelope: big }),
      message({ receiver: 'other', envelope: big }),
    ];
    expect((await sender.send(messages)).every(({ ok }) => ok)).toBe(true);
    expect(calls().map(({ QueueUrl, Entries = [] }) => [QueueUrl, Entries.length])).toEqual([
      ['url-normal', 10],
      ['url-normal', 2],
      ['url-other', 2],
      ['url-other', 1],
    ]);
  });

  it('repeats what failed for no fault of ours, and not what is malformed', async () => {
    let call = 0;
    client.on(SendMessageBatchCommand).callsFake((input: SendMessageBatchCommandInput) => {
      const all = ids(input.Entries);
      if (call++ > 0) return { Successful: all };
      return {
        Successful: all.slice(0, 1),
        Failed: [
          { Id: '1', SenderFault: false, Code: 'InternalError', Message: 'later' },
          { Id: '2', SenderFault: true, Code: 'InvalidMessageContents', Message: 'bad' },
        ],
      };
    });
    const results = await sender.send([message(), message(), message()]);
    const refusal = { ok: false, retryable: false, code: 'InvalidMessageContents', message: 'bad' };
    expect(results).toEqual([{ ok: true }, { ok: true }, refusal]);
    expect(calls().map(({ Entries = [] }) => Entries.length)).toEqual([3, 1]);
  });

  it('bounds the delay to what SQS takes', async () => {
    client.on(SendMessageBatchCommand).callsFake(accept);
    await sender.send([message({ delaySeconds: 0.2 }), message({ delaySeconds: 5000 }), message()]);
    expect(calls()[0]?.Entries?.map(({ DelaySeconds }) => DelaySeconds)).toEqual([1, 900, undefined]);
  });
});

describe('SqsLaneReceipts', () => {
  const receipts = new SqsLaneReceipts(sqs, 'url');
  const changes = (count: number) => Array.from({ length: count }, (_, at) => ({ receipt: `r${at}`, seconds: at }));
  const calls = () => client.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args }) => args[0].input.Entries);

  it('changes ten a call, in whole seconds within what SQS takes', async () => {
    client.on(ChangeMessageVisibilityBatchCommand).resolves({});
    await receipts.setVisibility([...changes(21), { receipt: 'a', seconds: -3 }, { receipt: 'b', seconds: 0.4 }]);
    await receipts.setVisibility([{ receipt: 'c', seconds: 99_999 }]);
    expect(calls().map((entries) => entries?.length)).toEqual([10, 10, 3, 1]);
    expect(calls()[2]?.map((entry) => entry.VisibilityTimeout)).toEqual([20, 0, 1]);
    expect(calls()[3]?.[0]?.VisibilityTimeout).toBe(43_200);
  });

  it('makes no call for nothing', async () => {
    await receipts.setVisibility([]);
    expect(calls()).toEqual([]);
  });

  it('passes over invalid receipts and repeats the rest', async () => {
    let call = 0;
    client.on(ChangeMessageVisibilityBatchCommand).callsFake((input: ChangeMessageVisibilityBatchCommandInput) => {
      if (call++ > 0) return { Successful: ids(input.Entries) };
      return {
        Failed: [
          { Id: '0', SenderFault: true, Code: 'ReceiptHandleIsInvalid' },
          { Id: '1', SenderFault: false, Code: 'InternalError' },
          { Id: '2', SenderFault: false, Code: 'MessageNotInflight' },
        ],
      };
    });
    await receipts.setVisibility(changes(3));
    expect(calls().map((entries) => entries?.map(({ ReceiptHandle }) => ReceiptHandle))).toEqual([
      ['r0', 'r1', 'r2'],
      ['r1'],
    ]);
  });

  it('says UNAVAILABLE when SQS does not do it after three tries, or cannot be reached', async () => {
    client
      .on(ChangeMessageVisibilityBatchCommand)
      .resolves({ Failed: [{ Id: '0', SenderFault: false, Code: 'InternalError' }], Successful: [] });
    await expect(receipts.setVisibility(changes(1))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(calls()).toHaveLength(3);
    client.reset();
    client.on(ChangeMessageVisibilityBatchCommand).rejects(new Error('down'));
    await expect(receipts.setVisibility(changes(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('SqsTimerQueue', () => {
  it.each([
    [1_500, 2],
    [0, 0],
    [-5_000, 0],
    [900_000, 900],
    [86_400_000, 900],
  ])('delays a timer %d ms ahead by %d s', async (ahead, DelaySeconds) => {
    client.on(SendMessageCommand).resolves({});
    const timer = { requestId: 'r', at: 1_000_000 + ahead, hop: 3 };
    await new SqsTimerQueue(sqs, 'url').set(timer, 1_000_000);
    expect(client.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'url',
      MessageBody: JSON.stringify(timer),
      DelaySeconds,
    });
  });
});
