import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ARMING_WINDOW_MS, type DeadlineTimer, type TimerQueue } from '../../domain/request/timer-queue.js';
import { available } from '../base/aws-error.js';
import { queueText } from '../base/queue-text.js';

/** Timers as delayed SQS messages. The body is the timer as JSON, with `hop`, which functions of earlier releases read. */
export class SqsTimerQueue implements TimerQueue {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {}

  async set(timer: DeadlineTimer, now: number): Promise<void> {
    await available(
      `timer of request ${timer.requestId}`,
      this.client.send(
        new SendMessageCommand({
          QueueUrl: this.queueUrl,
          MessageBody: queueText(JSON.stringify({ ...timer, hop: 0 })),
          DelaySeconds: Math.ceil(Math.max(0, Math.min(ARMING_WINDOW_MS, timer.at - now)) / 1000),
        }),
      ),
    );
  }
}
