import { newId } from '../../domain/base/ids.js';
import type { Clock } from '../../domain/base/clock.js';
import { DueHeap } from './due/due-heap.js';

/** A copy as a receiver sees it. */
export interface QueueCopy {
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
  /** Instant at which it came into the queue: a delay stands for its way. */
  readonly arrived: number;
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
  /** Copies that are not postponed. */
  readonly #due = new DueHeap<Stored>();
  /** Copies that are hidden because their receiver wants them at that time, and not because they were not handled. */
  readonly #postponed = new DueHeap<Stored>();
  /** Copies that are not postponed and were received before. */
  readonly #again = new DueHeap<Stored>();
  readonly #retained: () => number;
  #sent = 0;

  /** @param retained milliseconds for which it keeps a copy from its arrival on, whether it was received or not */
  constructor(clock: Clock, retained: () => number = () => Infinity) {
    this.#clock = clock;
    this.#retained = retained;
  }

  /**
   * @param messageId of a copy that was moved here from another queue, and keeps its id
   * @returns the message id
   */
  send(body: string, delaySeconds = 0, messageId = newId()): string {
    const now = this.#clock.now();
    const visibleAt = now + delaySeconds * 1000;
    const order = this.#sent++;
    const message: Stored = {
      messageId,
      body,
      sentAt: now,
      arrived: visibleAt,
      order,
      visibleAt,
      receipt: undefined,
      receiveCount: 0,
    };
    this.#messages.add(message);
    this.#due.set(message, visibleAt, order);
    this.changed();
    return messageId;
  }

  /** Up to `most` visible copies, hidden for `visibilitySeconds`. */
  receive(most = 10, visibilitySeconds = 30): QueueCopy[] {
    const now = this.#clock.now();
    const received: QueueCopy[] = [];
    // Taken out first: hidden for no time, a copy would be received twice.
    const taken: Stored[] = [];
    while (taken.length < most) {
      const message = this.#takeUntil(now);
      if (message === undefined) break;
      if (now - message.arrived < this.#retained()) taken.push(message);
      else this.#lose(message);
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
    this.#lose(message);
    return true;
  }

  /** @returns whether the receipt was still valid and its copy still hidden */
  setVisibility(receipt: string, seconds: number): boolean {
    const now = this.#clock.now();
    const message = this.#byReceipt.get(receipt);
    if (message === undefined || message.visibleAt <= now) return false;
    const heap = this.#postponed.has(message) ? this.#postponed : this.#due;
    this.#showAt(message, now + Math.max(0, seconds) * 1000, heap);
    this.changed();
    return true;
  }

  /** Hides a copy for whole seconds, as its receiver wants it again then. @returns whether the receipt was still valid */
  postpone(receipt: string, seconds: number): boolean {
    const isHidden = this.setVisibility(receipt, Math.ceil(seconds));
    const message = this.#byReceipt.get(receipt);
    if (isHidden && message) this.#showAt(message, message.visibleAt, this.#postponed);
    return isHidden;
  }

  /**
   * Loses the copies that nobody has received yet, delayed ones included; SQS does not, but an operator who purges a
   * queue may.
   */
  loseUnreceived(): void {
    for (const message of this.#messages) {
      if (message.receiveCount === 0) this.#lose(message);
    }
  }

  /** Loses every copy, hidden and delayed ones included. @returns their number */
  purge(): number {
    const lost = this.#messages.size;
    for (const message of this.#messages) this.#lose(message);
    return lost;
  }

  /** Copies that are neither delayed nor hidden, counted one by one. */
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
    const [next, postponed] = [this.#due.next, this.#postponed.next];
    return next === undefined || (postponed ?? Infinity) < next ? postponed : next;
  }

  /** Time at which the next copy that was not postponed becomes (or became) visible, milliseconds since 1970. */
  get nextUnpostponedAt(): number | undefined {
    return this.#due.next;
  }

  /** Time at which the next copy with such a body becomes (or became) visible, milliseconds since 1970. Every copy is looked at. */
  nextVisibleOf(fits: (body: string) => boolean): number | undefined {
    const times = [...this.#messages].flatMap(({ body, visibleAt }) => (fits(body) ? [visibleAt] : []));
    return times.length === 0 ? undefined : times.reduce((one, other) => Math.min(one, other));
  }

  /** Time at which the next copy that was received before, and neither deleted nor postponed, becomes (or became) visible, milliseconds since 1970. */
  get nextRetryAt(): number | undefined {
    return this.#again.next;
  }

  /** Bodies of all copies, oldest first, without receiving them. */
  peek(): readonly string[] {
    return [...this.#messages].map((message) => message.body);
  }

  #lose(message: Stored): void {
    this.#messages.delete(message);
    this.#takeOut(message);
    if (message.receipt !== undefined) this.#byReceipt.delete(message.receipt);
  }

  /** The copy that became visible first; of two that did together, the older. */
  #takeUntil(time: number): Stored | undefined {
    const [first, postponed] = [this.#due.firstUntil(time), this.#postponed.firstUntil(time)];
    const isPostponed = postponed !== undefined && (first === undefined || isBefore(postponed, first));
    const taken = isPostponed ? postponed : first;
    if (taken !== undefined) this.#takeOut(taken);
    return taken;
  }

  #takeOut(message: Stored): void {
    for (const heap of [this.#due, this.#postponed, this.#again]) heap.delete(message);
  }

  #showAt(message: Stored, at: number, heap: DueHeap<Stored> = this.#due): void {
    this.#takeOut(message);
    message.visibleAt = at;
    heap.set(message, at, message.order);
    if (heap === this.#due) this.#again.set(message, at, message.order);
  }
}

function isBefore(one: Stored, other: Stored): boolean {
  return one.visibleAt < other.visibleAt || (one.visibleAt === other.visibleAt && one.order < other.order);
}
