import {
  ChangeMessageVisibilityBatchCommand,
  SQSClient,
  type ChangeMessageVisibilityBatchCommandInput,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { SqsLaneReceipts } from '../../../../../shared/aws/sqs/sqs-lane-receipts.js';

const client = mockClient(SQSClient);
const sqs = new SQSClient({ region: 'us-east-1' });

beforeEach(() => client.reset());

const ids = (entries: readonly { Id?: string | undefined }[] | undefined) => (entries ?? []).map(({ Id }) => ({ Id }));

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
