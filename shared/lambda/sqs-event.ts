import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { BoundAgent } from '../agent/create-agent.js';
import { receiveBatch } from '../agent/receive/receive-batch.js';
import type { Batch, Services } from '../agent/receive/services.js';

/**
 * An agent over the messages of one invocation.
 * @param lane the lane that they come from
 * @param remaining milliseconds until the invocation is ended
 * @returns the messages that go back, as the event source mapping wants to be told (`ReportBatchItemFailures`)
 */
export async function handleSqsEvent(
  bound: BoundAgent,
  services: Services,
  event: SQSEvent,
  lane: Pick<Batch, 'receipts' | 'lane'>,
  remaining: () => number,
): Promise<SQSBatchResponse> {
  const returned = await receiveBatch(bound, services, {
    copies: event.Records.map((record) => ({
      copy: record.messageId,
      receipt: record.receiptHandle,
      body: record.body,
      receives: Number(record.attributes.ApproximateReceiveCount),
    })),
    ...lane,
    remaining,
  });
  return { batchItemFailures: returned.map((itemIdentifier) => ({ itemIdentifier })) };
}
