import { newId } from '../../domain/base/ids.js';
import type { Clock } from '../../domain/base/clock.js';
import { DueHeap } from './due-heap.js';

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
  /** Place in the order of sending: of two that become visible together, the older comes first. */
  readonly order: number;
  visibleAt: number;
  receipt: string | undefined;
  receiveCount: number;
}

/**
 * A standard SQS queue in memory, over a clock: delays, visibility, receive counts, receipts that run out. Unlike SQS it
 * is fair and hands out in the order in which copies became visible, so that a test's disorder is the test's own.
 */
export class MemoryQueue {
  /** Called when a copy came, or comes at another time than it was to. */
  changed: () => void = () => undefined;
  readonly #clock: Clock;
  /** Copies in the order in which they were sent. */
  readonly #messages = new Set<Stored>();
  readonly #byReceipt = new Map<string, Stored>();
  readonly #due = new DueHeap<Stored>();
  #sent = 0;

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
    const order = this.#sent++;
    const message = { messageId, body, sentAt: now, order, visibleAt, receipt: undefined, receiveCount: 0 };
    this.#messages.add(message);
    this.#due.set(message, visibleAt, order);
    this.changed();
    return messageId;
  }

  /** Up to `most` visible copies, hidden for `visibilitySeconds`. */
  receive(most = 10, visibilitySeconds = 30): ReceivedCopy[] {
    const now = this.#clock.now();
    const received: ReceivedCopy[] = [];
    // Taken out first: hidden for no time, a copy would be received twice.
    const taken: Stored[] = [];
    while (taken.length < most) {
      const message = this.#due.takeUntil(now);
      if (message === undefined) break;
      taken.push(message);
    }
    for (const message of taken) {
      const receipt = newId();
      if (message.receipt !== undefined) this.#byReceipt.delete(message.receipt);
      message.receipt = receipt;
      this.#byReceipt.set(receipt, message);
      message.receiveCount++;
      this.#showAt(message, now + visibilitySeconds * 1000);
      const { messageId, body, receiveCount, sentAt } = message;
      received.push({ messageId, receipt, body, receiveCount, sentAt });
    }
    return received;
  }

  /** @returns whether the receipt was still valid */
  delete(receipt: string): boolean {
    const message = this.#byReceipt.get(receipt);
    if (message === undefined) return false;
    this.#byReceipt.delete(receipt);
    this.#due.delete(message);
    return this.#messages.delete(message);
  }

  /** @returns whether the receipt was still valid and its copy still hidden */
  setVisibility(receipt: string, seconds: number): boolean {
    const now = this.#clock.now();
    const message = this.#byReceipt.get(receipt);
    if (message === undefined || message.visibleAt <= now) return false;
    this.#showAt(message, now + Math.max(0, seconds) * 1000);
    this.changed();
    return true;
  }

  /** Loses the copies that nobody has received yet, delayed ones included; SQS does not, whoever purges a queue may. */
  loseUnreceived(): void {
    for (const message of this.#messages) {
      if (message.receiveCount > 0) continue;
      this.#messages.delete(message);
      this.#due.delete(message);
    }
  }

  /** Copies that are neither delayed nor hidden. */
  get depth(): number {
    const now = this.#clock.now();
    return [...this.#messages].filter(({ visibleAt }) => visibleAt <= now).length;
  }

  /** All copies, hidden and delayed ones included. */
  get size(): number {
    return this.#messages.size;
  }

  /** Time at which the next copy becomes (or became) visible, milliseconds since 1970; undefined when the queue is empty. */
  get nextVisibleAt(): number | undefined {
    return this.#due.next;
  }

  /** Time at which the next copy that was received before, and not deleted, becomes (or became) visible, milliseconds since 1970. */
  get nextRetryAt(): number | undefined {
    let next: number | undefined;
    for (const { receiveCount, visibleAt } of this.#messages)
      if (receiveCount > 0 && visibleAt < (next ?? Infinity)) next = visibleAt;
    return next;
  }

  /** Bodies of all copies, oldest first, without receiving them. */
  peek(): readonly string[] {
    return [...this.#messages].map((message) => message.body);
  }

  #showAt(message: Stored, at: number): void {
    message.visibleAt = at;
    this.#due.set(message, at, message.order);
  }
}
