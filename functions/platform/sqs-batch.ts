import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { Log } from '../../shared/agent/context.js';
import { summarizeError } from '../../shared/domain/base/errors.js';
import { returnDelay } from '../../shared/platform/ingress/return-delay.js';

/** Instant at which a record is to come again, milliseconds since 1970; nothing for one that has been handled. */
export type ComesAt = number | undefined | void;

/** Lets a record come again after so many seconds instead of the queue's whole visibility timeout. */
export type ComeAgain = (record: SQSRecord, seconds: number) => Promise<void>;

/**
 * Handles the records of a batch side by side, each by itself: one that throws comes again, after pauses that grow with
 * its age; one whose handling names an instant comes again then. Its neighbours do not. SQS gives up on a record after the
 * queue's `maxReceiveCount` and moves it
 * to the queue's dead letter queue.
 */
export async function eachRecord(
  records: readonly SQSRecord[],
  log: Log,
  handle: (record: SQSRecord) => Promise<ComesAt>,
  comeAgain: ComeAgain,
): Promise<SQSBatchResponse> {
  const hide = (record: SQSRecord, seconds: number): Promise<void> =>
    comeAgain(record, Math.max(0, Math.ceil(seconds))).catch((cause: unknown) => {
      log.warn('its visibility could not be changed', { copy: record.messageId, error: summarizeError(cause) });
    });
  const failed = await Promise.all(
    records.map(async (record) => {
      try {
        const at = await handle(record);
        if (typeof at !== 'number') return [];
        await hide(record, (at - Date.now()) / 1_000);
      } catch (error) {
        log.error('the record goes back to its queue', { copy: record.messageId, error: summarizeError(error) });
        const { ApproximateReceiveCount: receives, SentTimestamp: sent } = record.attributes;
        const age = Math.max(0, Date.now() - Number(sent)) || 0;
        await hide(record, returnDelay(Number(receives) || 1, age, Math.random()) / 1_000);
      }
      return [{ itemIdentifier: record.messageId }];
    }),
  );
  return { batchItemFailures: failed.flat() };
}
