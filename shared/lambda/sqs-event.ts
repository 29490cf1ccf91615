import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { BoundAgent } from '../agent/create-agent.js';
import { receiveBatch } from '../agent/receive/receive-batch.js';
import type { Services } from '../agent/receive/services.js';
import type { LaneReceipts } from '../domain/wire/message-bus.js';

/**
 * An agent over the messages of one invocation.
 * @param remaining milliseconds until the invocation is ended
 * @returns the messages that go back, as the event source mapping wants to be told (`ReportBatchItemFailures`)
 */
export async function handleSqsEvent(
  bound: BoundAgent,
  services: Services,
  event: SQSEvent,
  receipts: LaneReceipts,
  remaining: () => number,
): Promise<SQSBatchResponse> {
  const returned = await receiveBatch(bound, services, {
    copies: event.Records.map((record) => ({
      copy: record.messageId,
      receipt: record.receiptHandle,
      body: record.body,
      receives: Number(record.attributes.ApproximateReceiveCount),
    })),
    receipts,
    remaining,
  });
  return { batchItemFailures: returned.map((itemIdentifier) => ({ itemIdentifier })) };
}
