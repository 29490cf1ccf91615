import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ReceivedCopy } from '../../agent/receive/services.js';

/**
 * Longest wait of a receive, seconds; SQS allows 20. It is half of the time that a copy is hidden: when the copies of a killed process
 * are visible again, its last long poll is over and cannot take them a second time.
 */
export const LONG_POLL_SECONDS = 10;

/** A lane that is polled, as a worker does. */
export class SqsLane {
  constructor(
    private readonly client: SQSClient,
    readonly url: string,
    /** Seconds that a received copy is hidden. */
    private readonly visibilitySeconds: number,
  ) {}

  /**
   * Up to ten copies, hidden from others. `patient`: none only after ten seconds of silence; else at once.
   * @throws as the client does, also when the signal aborts
   */
  async receive(most: number, signal: AbortSignal, patient: boolean): Promise<ReceivedCopy[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: Math.min(10, most),
      VisibilityTimeout: this.visibilitySeconds,
      WaitTimeSeconds: patient ? LONG_POLL_SECONDS : 0,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    const { Messages = [] } = await this.client.send(command, { abortSignal: signal });
    return Messages.flatMap(({ MessageId, ReceiptHandle, Body, Attributes }) =>
      MessageId === undefined || ReceiptHandle === undefined
        ? []
        : [
            {
              copy: MessageId,
              receipt: ReceiptHandle,
              body: Body ?? '',
              receives: Number(Attributes?.['ApproximateReceiveCount'] ?? 1),
            },
          ],
    );
  }

  /** Deletes copies; one that is not deleted comes again and is acknowledged by its outcome. */
  async acknowledge(copies: readonly ReceivedCopy[]): Promise<void> {
    if (copies.length === 0) return;
    await this.client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: this.url,
        Entries: copies.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt })),
      }),
    );
  }
}
