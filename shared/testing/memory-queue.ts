import { newId } from '../domain/ids.js';
import type { Clock } from '../domain/ports.js';

/** A copy as a receiver sees it. */
export interface ReceivedCopy {
  /** Stays the same over all receptions, as an SQS message id does. */
  readonly messageId: string;
  /** Valid until the copy is received again or deleted. */
  readonly receipt: string;
  readonly body: string;
  /** 1 at the first reception. */
  readonly receiveCount: number;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

interface Stored {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receipt: string | undefined;
  receiveCount: number;
}

/**
 * A standard SQS queue in memory, over a clock: delays, visibility, receive counts, receipts that run out. Unlike SQS it
 * is fair and hands out in the order in which copies became visible, so that a test's disorder is the test's own.
 */
export class MemoryQueue {
  readonly #clock: Clock;
  #messages: Stored[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param messageId of a copy that was moved here from another queue, and keeps its id
   * @returns the message id
   */
  send(body: string, delaySeconds = 0, messageId = newId()): string {
    const now = this.#clock.now();
    const visibleAt = now + delaySeconds * 1000;
    this.#messages.push({ messageId, body, sentAt: now, visibleAt, receipt: undefined, receiveCount: 0 });
    return messageId;
  }

  /** Up to `most` visible copies, hidden for `visibilitySeconds`. */
  receive(most = 10, visibilitySeconds = 30): ReceivedCopy[] {
    const now = this.#clock.now();
    const visible = this.#messages.filter((message) => message.visibleAt <= now);
    visible.sort((a, b) => a.visibleAt - b.visibleAt);
    return visible.slice(0, most).map((message) => {
      const receipt = newId();
      message.receipt = receipt;
      message.receiveCount++;
      message.visibleAt = now + visibilitySeconds * 1000;
      const { messageId, body, receiveCount, sentAt } = message;
      return { messageId, receipt, body, receiveCount, sentAt };
    });
  }

  /** @returns whether the receipt was still valid */
  delete(receipt: string): boolean {
    const before = this.#messages.length;
    this.#messages = this.#messages.filter((message) => message.receipt !== receipt);
    return this.#messages.length < before;
  }

  /** @returns whether the receipt was still valid and its copy still hidden */
  setVisibility(receipt: string, seconds: number): boolean {
    const now = this.#clock.now();
    const message = this.#messages.find((one) => one.receipt === receipt && one.visibleAt > now);
    if (!message) return false;
    message.visibleAt = now + Math.max(0, seconds) * 1000;
    return true;
  }

  /** Loses the copies that nobody has received yet, delayed ones included; SQS does not, whoever purges a queue may. */
  loseUnreceived(): void {
    this.#messages = this.#messages.filter(({ receiveCount }) => receiveCount > 0);
  }

  /** Copies that are neither delayed nor hidden. */
  get depth(): number {
    return this.#messages.filter((message) => message.visibleAt <= this.#clock.now()).length;
  }

  /** All copies, hidden and delayed ones included. */
  get size(): number {
    return this.#messages.length;
  }

  /** When the next copy becomes (or became) visible, milliseconds since 1970; undefined when the queue is empty. */
  get nextVisibleAt(): number | undefined {
    return this.#messages.reduce<number | undefined>(
      (earliest, { visibleAt }) => (earliest === undefined ? visibleAt : Math.min(earliest, visibleAt)),
      undefined,
    );
  }

  /** When the next copy that was received before, and not deleted, becomes (or became) visible. */
  get nextRetryAt(): number | undefined {
    const again = this.#messages.filter(({ receiveCount }) => receiveCount > 0);
    return again.length === 0 ? undefined : Math.min(...again.map(({ visibleAt }) => visibleAt));
  }

  /** Bodies of all copies, oldest first, without receiving them. */
  peek(): readonly string[] {
    return this.#messages.map((message) => message.body);
  }
}
