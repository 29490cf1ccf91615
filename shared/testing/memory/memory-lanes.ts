import type { DeadLetter, DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import { letterText } from '../../domain/evidence/stored-payloads.js';
import type { Clock } from '../../domain/base/clock.js';
import type { LaneMessage, LaneReceipts, LaneSender, SendResult } from '../../domain/wire/message-bus.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { laneFor, type Priority } from '../../domain/base/priority.js';
import { MemoryQueue } from './memory-queue.js';

const MOST_BYTES = 1_000_000;

/** Mailboxes in memory: a queue for each lane of each agent, and a dead letter queue for each agent. */
export class MemoryLanes implements LaneSender {
  readonly #queues = new Map<string, ReadonlyMap<Priority, MemoryQueue>>();
  readonly #deadLetters = new Map<string, MemoryQueue>();

  /** @param lanes agent -> its lanes */
  constructor(clock: Clock, lanes: Readonly<Record<string, readonly Priority[]>>) {
    for (const [agent, priorities] of Object.entries(lanes)) {
      this.#queues.set(agent, new Map(priorities.map((priority) => [priority, new MemoryQueue(clock)])));
      this.#deadLetters.set(agent, new MemoryQueue(clock));
    }
  }

  async send(messages: readonly LaneMessage[]): Promise<readonly SendResult[]> {
    return Promise.resolve(messages.map((message) => this.#send(message)));
  }

  /** The queue that takes `priority` for an agent: that lane, else the next higher one, else the highest. */
  queue(agent: string, priority: Priority): MemoryQueue | undefined {
    const lanes = this.#queues.get(agent);
    const lane = laneFor(priority, [...(lanes?.keys() ?? [])]);
    return lane && lanes?.get(lane);
  }

  /** All lanes of an agent. */
  lanes(agent: string): ReadonlyMap<Priority, MemoryQueue> {
    return this.#queues.get(agent) ?? new Map();
  }

  /** The dead letter queue of an agent. */
  deadLetters(agent: string): MemoryQueue | undefined {
    return this.#deadLetters.get(agent);
  }

  #send(message: LaneMessage): SendResult {
    const queue = this.queue(message.receiver, message.lane);
    if (!queue) {
      const why = `no lane of '${message.receiver}' may be sent to; known: ${[...this.#queues.keys()].sort().join(', ')}`;
      return { ok: false, retryable: false, code: 'UNKNOWN_RECEIVER', message: why };
    }
    queue.send(JSON.stringify(message.envelope), Math.min(900, message.delaySeconds ?? 0));
    return { ok: true };
  }
}

/** Receipts of a queue in memory. */
export class MemoryLaneReceipts implements LaneReceipts {
  readonly #queue: MemoryQueue;

  constructor(queue: MemoryQueue) {
    this.#queue = queue;
  }

  async setVisibility(changes: readonly { readonly receipt: string; readonly seconds: number }[]): Promise<void> {
    for (const { receipt, seconds } of changes) this.#queue.setVisibility(receipt, seconds);
    return Promise.resolve();
  }
}

/** A dead letter queue in memory, with the same bound of size as the real one. */
export class MemoryDeadLetterQueue implements DeadLetterQueue {
  readonly #queue: MemoryQueue;
  readonly #payloads: PayloadStore;

  constructor(queue: MemoryQueue, payloads: PayloadStore) {
    this.#queue = queue;
    this.#payloads = payloads;
  }

  async send(letter: DeadLetter): Promise<void> {
    this.#queue.send(await letterText(letter, this.#payloads, MOST_BYTES));
  }
}
