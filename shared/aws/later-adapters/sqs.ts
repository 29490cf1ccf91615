import type { DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import type { TimerQueue } from '../../domain/request/timer-queue.js';
import type { LaneReceipts, LaneReturns, LaneSender } from '../../domain/wire/message-bus.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';
import { sqsClient } from '../base/clients/sqs-client.js';
import { QueueUrls } from '../sqs/queue-url.js';
import { SqsDeadLetterQueue } from '../sqs/sqs-dead-letter-queue.js';
import { SqsLaneReceipts } from '../sqs/sqs-lane-receipts.js';
import { SqsLaneReturns } from '../sqs/sqs-lane-returns.js';
import { SqsLaneSender } from '../sqs/sqs-lane-sender.js';
import { SqsTimerQueue } from '../sqs/sqs-timer-queue.js';

/** Receipts of the copies of one queue. */
export function makeReceipts(url: string): LaneReceipts {
  return new SqsLaneReceipts(sqsClient(), url);
}

/** Finder of queues by ARN. */
export function makeQueueUrls(): QueueUrls {
  return new QueueUrls(sqsClient());
}

/** Sender into lanes. */
export function makeLanes(urls: LaneUrls): LaneSender {
  return new SqsLaneSender(sqsClient(), urls);
}

/** Returns into lanes. */
export function makeReturns(urls: LaneUrls): LaneReturns {
  return new SqsLaneReturns(sqsClient(), urls);
}

/** Timers in a queue. */
export function makeTimers(url: string): TimerQueue {
  return new SqsTimerQueue(sqsClient(), url);
}

/** A dead letter queue. */
export function makeDeadLetters(url: string, payloads: PayloadStore): DeadLetterQueue {
  return new SqsDeadLetterQueue(sqsClient(), url, payloads);
}
