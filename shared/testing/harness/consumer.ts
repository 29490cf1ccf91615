import { summarizeError } from '../../domain/base/errors.js';
import type { MemoryQueue, QueueCopy } from '../memory/memory-queue.js';

const DAY_MS = 86_400_000;
/** Milliseconds that lanes and queues of the platform keep a copy; as deployed. */
export const LANE_RETENTION_MS = 4 * DAY_MS;
/** Milliseconds that dead letter queues keep a copy; as deployed, and the most that SQS allows. */
export const LETTER_RETENTION_MS = 14 * DAY_MS;

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
