import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { Log } from '../../shared/agent/context.js';
import { summarizeError } from '../../shared/domain/errors.js';

/**
 * Handles the records of a batch side by side, each by itself: one that throws comes again, its neighbours do not. SQS
 * gives up on it after the queue's `maxReceiveCount` and moves it to the queue's dead letter queue.
 */
export async function eachRecord(
  records: readonly SQSRecord[],
  log: Log,
  handle: (record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> {
  const failed = await Promise.all(
    records.map(async (record) => {
      try {
        await handle(record);
        return [];
      } catch (error) {
        log.error('the record goes back to its queue', { copy: record.messageId, error: summarizeError(error) });
        return [{ itemIdentifier: record.messageId }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
}
