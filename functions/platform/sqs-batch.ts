import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { Log } from '../../shared/agent/context.js';
import { backoffDelay } from '../../shared/domain/base/backoff.js';
import { summarizeError } from '../../shared/domain/base/errors.js';

/** Bounds of the wait before a failed record comes again: a passing fault must not cost a request its deadline. */
const AGAIN = { first: 1_000, most: 60_000 };

/** Lets a record come again after so many seconds instead of the queue's whole visibility timeout. */
export type ComeAgain = (record: SQSRecord, seconds: number) => Promise<void>;

/**
 * Handles the records of a batch side by side, each by itself: one that throws comes again, sooner at first (full
 * jitter, up to a minute), its neighbours do not. SQS gives up on it after the queue's `maxReceiveCount` and moves it
 * to the queue's dead letter queue.
 */
export async function eachRecord(
  records: readonly SQSRecord[],
  log: Log,
  handle: (record: SQSRecord) => Promise<void>,
  comeAgain: ComeAgain,
): Promise<SQSBatchResponse> {
  const failed = await Promise.all(
    records.map(async (record) => {
      try {
        await handle(record);
        return [];
      } catch (error) {
        log.error('the record goes back to its queue', { copy: record.messageId, error: summarizeError(error) });
        const wait = backoffDelay(Number(record.attributes.ApproximateReceiveCount) || 1, AGAIN, Math.random());
        await comeAgain(record, Math.ceil(wait / 1_000)).catch((cause: unknown) => {
          log.warn('its visibility could not be changed', { copy: record.messageId, error: summarizeError(cause) });
        });
        return [{ itemIdentifier: record.messageId }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
}
