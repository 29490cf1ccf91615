import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { LanewayError } from '../../domain/base/errors.js';
import type { LaneReceipts } from '../../domain/wire/message-bus.js';
import { available } from '../base/aws-error.js';

const BATCH = 10;
const TRIES = 3;
/** Codes of copies that are no longer ours; not every service marks them as the sender's fault. */
const GONE = new Set(['ReceiptHandleIsInvalid', 'InvalidParameterValue', 'MessageNotInflight']);
/** Longest visibility of SQS: 12 hours. */
const LONGEST_SECONDS = 43_200;

/**
 * Visibility of received copies of one queue, ten a call. What SQS calls the sender's fault (a receipt that has run out,
 * a copy deleted meanwhile) is passed over: it is no longer ours to hide.
 */
export class SqsLaneReceipts implements LaneReceipts {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {}

  /** @throws LanewayError UNAVAILABLE when SQS does not answer for some of them. */
  async setVisibility(changes: readonly { readonly receipt: string; readonly seconds: number }[]): Promise<void> {
    const batches = [];
    for (let at = 0; at < changes.length; at += BATCH) batches.push(changes.slice(at, at + BATCH));
    await Promise.all(batches.map((batch) => this.change(batch)));
  }

  private async change(batch: readonly { readonly receipt: string; readonly seconds: number }[]): Promise<void> {
    let left = batch;
    for (let tries = 1; ; tries++) {
      const current = left;
      const answer = await available(
        'changing the visibility of messages',
        this.client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: this.queueUrl,
            Entries: current.map(({ receipt, seconds }, index) => ({
              Id: String(index),
              ReceiptHandle: receipt,
              VisibilityTimeout: Math.max(0, Math.min(LONGEST_SECONDS, Math.ceil(seconds))),
            })),
          }),
        ),
      );
      const failed = (answer.Failed ?? []).filter((entry) => entry.SenderFault !== true && !GONE.has(entry.Code ?? ''));
      left = failed.flatMap((entry) => current[Number(entry.Id)] ?? []);
      if (left.length === 0) return;
      if (tries >= TRIES) {
        const why = failed.map((entry) => entry.Code).join(', ');
        throw new LanewayError('UNAVAILABLE', `the visibility of ${left.length} messages was not changed: ${why}`);
      }
    }
  }
}
