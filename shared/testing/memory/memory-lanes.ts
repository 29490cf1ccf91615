import type { DeadLetter, DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import { storedDeadLetter } from '../../domain/evidence/stored-payloads.js';
import type { Clock } from '../../domain/base/clock.js';
import type { LaneMessage, LaneReceipts, LaneSender, SendResult } from '../../domain/wire/message-bus.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { laneFor, PRIORITIES, type Priority } from '../../domain/base/priority.js';
import { laneKey, type LaneKey } from '../../topology/mailbox-names.js';
import { MemoryQueue } from './memory-queue.js';

const MOST_BYTES = 1_000_000;

/** Mailboxes in memory: a queue for each lane of each agent, and a dead letter queue for each agent. */
export class MemoryLanes implements LaneSender {
  readonly #queues = new Map<string, ReadonlyMap<LaneKey, MemoryQueue>>();
  readonly #deadLetters = new Map<string, MemoryQueue>();

  /**
   * @param lanes agent -> its lanes
   * @param lane makes the queue of a lane of an agent
   * @param letters makes a dead letter queue
   */
  constructor(
    clock: Clock,
    lanes: Readonly<Record<string, readonly LaneKey[]>>,
    lane: (agent: string) => MemoryQueue = () => new MemoryQueue(clock),
    letters: (agent: string) => MemoryQueue = lane,
  ) {
    for (const [agent, keys] of Object.entries(lanes)) {
      this.#queues.set(agent, new Map(keys.map((key) => [key, lane(agent)])));
      this.#deadLetters.set(agent, letters(agent));
    }
  }

  async send(messages: readonly LaneMessage[]): Promise<readonly SendResult[]> {
    return Promise.resolve(messages.map((message) => this.#send(message)));
  }

  /**
   * The queue that takes `priority` for an agent: that lane, else the next higher one, else the highest.
   * @param direct true for lanes of direct channels
   */
  queue(agent: string, priority: Priority, direct = false): MemoryQueue | undefined {
    const lanes = this.#queues.get(agent);
    const ofKind = PRIORITIES.filter((one) => lanes?.has(laneKey(one, direct)) === true);
    const lane = laneFor(priority, ofKind);
    return lane && lanes?.get(laneKey(lane, direct));
  }

  /** All lanes of an agent. */
  lanes(agent: string): ReadonlyMap<LaneKey, MemoryQueue> {
    return this.#queues.get(agent) ?? new Map();
  }

  /** The dead letter queue of an agent. */
  deadLetters(agent: string): MemoryQueue | undefined {
    return this.#deadLetters.get(agent);
  }

  #send(message: LaneMessage): SendResult {
    const queue = this.queue(message.receiver, message.lane, true);
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
    this.#queue.send(await storedDeadLetter(letter, this.#payloads, MOST_BYTES));
  }
}
