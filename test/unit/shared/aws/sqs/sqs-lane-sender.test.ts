import { SendMessageBatchCommand, SQSClient, type SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { SqsLaneSender } from '../../../../../shared/aws/sqs/sqs-lane-sender.js';
import type { LaneMessage } from '../../../../../shared/domain/wire/message-bus.js';
import { anEnvelope } from '../../../../kit/generators/sample-messages.js';

const client = mockClient(SQSClient);
const sqs = new SQSClient({ region: 'us-east-1' });

beforeEach(() => client.reset());

const ids = (entries: readonly { Id?: string | undefined }[] | undefined) => (entries ?? []).map(({ Id }) => ({ Id }));

describe('SqsLaneSender', () => {
  const sender = new SqsLaneSender(sqs, {
    // No message goes into the lane of the bus, whatever its priority.
    worker: { critical: 'url-bus', 'direct-normal': 'url-normal' },
    other: { 'direct-normal': 'url-other' },
  });
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

  it('repeats what was denied, as a call or as an entry: a grant may still be spreading', async () => {
    let call = 0;
    client.on(SendMessageBatchCommand).callsFake((input: SendMessageBatchCommandInput) => {
      const all = ids(input.Entries);
      call++;
      if (call < 4) throw Object.assign(new Error('no'), { name: 'AccessDenied' });
      if (call < 6)
        return {
          Failed: all.map((one) => ({ ...one, SenderFault: true, Code: 'KMS.AccessDeniedException', Message: 'no' })),
        };
      return { Successful: all };
    });
    expect(await sender.send([message(), message()])).toEqual([{ ok: true }, { ok: true }]);
    expect(calls()).toHaveLength(6);
  });

  it('bounds the delay to what SQS takes', async () => {
    client.on(SendMessageBatchCommand).callsFake(accept);
    await sender.send([message({ delaySeconds: 0.2 }), message({ delaySeconds: 5000 }), message()]);
    expect(calls()[0]?.Entries?.map(({ DelaySeconds }) => DelaySeconds)).toEqual([1, 900, undefined]);
  });
});
