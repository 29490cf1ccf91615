import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadlineTimer, TimerQueue } from '../../domain/request/timer-queue.js';
import { available } from '../base/aws-error.js';

/** Longest delay of an SQS message. */
export const LONGEST_DELAY_SECONDS = 900;

/**
 * Timers as delayed SQS messages; the body is the timer as JSON. One that lies further ahead than 15 minutes comes back
 * early, with the same `at`: whoever receives it sets it again with the next hop.
 */
export class SqsTimerQueue implements TimerQueue {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {}

  async set(timer: DeadlineTimer, now: number): Promise<void> {
    const DelaySeconds = Math.max(0, Math.min(LONGEST_DELAY_SECONDS, Math.ceil((timer.at - now) / 1000)));
    await available(
      `timer of request ${timer.requestId}`,
      this.client.send(
        new SendMessageCommand({ QueueUrl: this.queueUrl, MessageBody: JSON.stringify(timer), DelaySeconds }),
      ),
    );
  }
}
