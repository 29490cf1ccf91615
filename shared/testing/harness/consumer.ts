import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import type { LaneReturns } from '../../domain/wire/message-bus.js';
import type { MemoryLanes } from '../memory/memory-lanes.js';
import type { MemoryQueue, QueueCopy } from '../memory/memory-queue.js';

const DAY_MS = 86_400_000;

/** Bounds of queues and functions, each as deployed. */
export const AS_DEPLOYED = {
  /** Receptions after which a queue moves a copy to its dead letter queue. */
  maxReceives: 100,
  /** Copies that a function receives at once, at most. */
  mostCopies: 10,
  /** Seconds that a function has beyond its longest handler. */
  marginSeconds: 15,
  /** A queue hides a copy for this many timeouts of its function. */
  visibilityTimeouts: 6,
  /** Milliseconds that lanes and queues of the platform keep a copy. */
  laneRetentionMs: 4 * DAY_MS,
  /** Milliseconds that dead letter queues keep a copy: the most that SQS allows. */
  letterRetentionMs: 14 * DAY_MS,
} as const;

/** A queue and the function behind it. */
export interface Consumer {
  readonly name: string;
  readonly queue: MemoryQueue;
  /** Agent whose lane it is; absent for a function of the platform. */
  readonly agent?: string;
  /** Copies that the function takes at once. */
  readonly batchSize: number;
  /** True while nobody receives from it, as its agent is in quarantine. */
  readonly isHeld: () => boolean;
  /** Takes up to so many copies, which are hidden meanwhile. */
  readonly receive: (most: number) => readonly QueueCopy[];
  /** Handles what was received, each copy to its acknowledgement or return. */
  readonly handle: (copies: readonly QueueCopy[]) => Promise<void>;
  /** Receives a batch, and handles what it got. */
  readonly run: () => Promise<void>;
}

/** A consumer whose run is a receipt and the handling of what it got. */
export function withRun(consumer: Omit<Consumer, 'run'>): Consumer {
  const run = async (): Promise<void> => {
    const copies = consumer.receive(consumer.batchSize);
    if (copies.length > 0) await consumer.handle(copies);
  };
  return { ...consumer, run };
}

/** Awaits a run of a schedule; what another run can overcome is left to the next. */
export async function leftToNext(run: Promise<void>): Promise<void> {
  try {
    await run;
  } catch (error) {
    if (!summarizeError(error).retryable) throw error;
  }
}

/** Puts copies back into their lanes. @param counts times that each was put back, by the SQS message id that it got */
export function returnsInto(lanes: MemoryLanes, counts: Map<string, number>): LaneReturns {
  return {
    put: async ({ receiver, lane, direct, body, returns }) => {
      const copy = lanes.queue(receiver, lane, direct)?.send(body);
      if (copy === undefined) throw new LanewayError('UNKNOWN_RECEIVER', `'${receiver}' has no lane`);
      counts.set(copy, returns);
      return Promise.resolve();
    },
  };
}
