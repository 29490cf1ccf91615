import { Buffer } from 'node:buffer';
import { bulkhead, ExponentialBackoff, handleWhenResult, retry } from 'cockatiel';
import type { SendResult } from '../../domain/wire/message-bus.js';
import { awsCode, awsMessage, isDeniedCode } from './aws-error.js';

/** Bounds of one call, and how a failed entry is repeated. */
export interface BatchOptions {
  readonly mostEntries: number;
  readonly mostBytes: number;
  /** Tries of an entry that is not denied; the SDK's own retries of a whole call come on top. Default 4. */
  readonly tries?: number;
  /** Calls at the same time. Default 8. */
  readonly concurrency?: number;
  /** Milliseconds before the first repetition. Default 50. */
  readonly firstDelay?: number;
}

/**
 * Tries of an entry that was denied: about five seconds, in which a grant of a deploy that has just ended is known. Then
 * it is the caller's to try again later.
 */
export const DENIED_TRIES = 10;

/** One thing to be sent: only those of one `group` share a call. */
export interface BatchEntry<Item> {
  readonly item: Item;
  readonly group: string;
  readonly bytes: number;
}

const CALL_FAULTS = new Set([
  'ValidationException',
  'InvalidParameterValue',
  'BatchRequestTooLong',
  'InvalidMessageContents',
]);

/**
 * Sends entries in calls of at most so many entries and bytes, each call of one group, and repeats only the entries
 * that failed, with decorrelated jitter (M. Brooker, AWS Architecture Blog, 2015), denied ones {@link DENIED_TRIES} times. Never throws: one result for each
 * entry, in their order. A whole call that the service finds malformed is split, so that one entry costs no neighbour.
 */
export async function sendBatches<Item>(
  entries: readonly BatchEntry<Item>[],
  call: (items: readonly Item[], group: string) => Promise<readonly SendResult[]>,
  options: BatchOptions,
): Promise<SendResult[]> {
  const results: SendResult[] = entries.map((entry) => tooLarge(entry.bytes, options.mostBytes));
  const limit = bulkhead(options.concurrency ?? 8, Number.POSITIVE_INFINITY);
  const indexed = entries
    .map((entry, index) => ({ ...entry, index }))
    .filter((entry) => entry.bytes <= options.mostBytes);
  type Indexed = (typeof indexed)[number];
  const finished = new Set<number>();

  const once = async (batch: readonly Indexed[], group: string): Promise<void> => {
    try {
      const answered = await call(
        batch.map((entry) => entry.item),
        group,
      );
      batch.forEach((entry, at) => (results[entry.index] = answered[at] ?? unanswered()));
    } catch (error) {
      if (CALL_FAULTS.has(awsCode(error)) && batch.length > 1) {
        for (const entry of batch) await once([entry], group);
        return;
      }
      const failed = refused(awsCode(error), awsMessage(error), !CALL_FAULTS.has(awsCode(error)));
      for (const entry of batch) results[entry.index] = failed;
      // The SDK has retried the call as a whole, unless it was denied; else only answers about single entries are
      // repeated here.
      if (!isDeniedCode(awsCode(error))) for (const entry of batch) finished.add(entry.index);
    }
  };

  const untilSent = async (batch: readonly Indexed[], group: string): Promise<void> => {
    const policy = retry(
      handleWhenResult((left) => (left as readonly Indexed[]).length > 0),
      {
        maxAttempts: DENIED_TRIES - 1,
        backoff: new ExponentialBackoff({ initialDelay: options.firstDelay ?? 50, maxDelay: 1_000 }),
      },
    );
    let left = batch;
    let tries = 0;
    await policy.execute(async () => {
      await once(left, group);
      const mayRepeat = ++tries < (options.tries ?? 4) ? isRetryable : isDenied;
      left = left.filter((entry) => !finished.has(entry.index) && mayRepeat(results[entry.index]));
      return left;
    });
  };

  await Promise.all(chunks(indexed, options).map(({ group, batch }) => limit.execute(() => untilSent(batch, group))));
  return results;
}

/** Bytes of a text in UTF-8, as the services count. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

function chunks<Entry extends { group: string; bytes: number }>(
  entries: readonly Entry[],
  bounds: BatchOptions,
): { group: string; batch: Entry[] }[] {
  const done: { group: string; batch: Entry[] }[] = [];
  const open = new Map<string, { batch: Entry[]; bytes: number }>();
  for (const entry of entries) {
    let current = open.get(entry.group);
    if (!current || current.batch.length >= bounds.mostEntries || current.bytes + entry.bytes > bounds.mostBytes) {
      current = { batch: [], bytes: 0 };
      open.set(entry.group, current);
      done.push({ group: entry.group, batch: current.batch });
    }
    current.batch.push(entry);
    current.bytes += entry.bytes;
  }
  return done;
}

function isRetryable(result: SendResult | undefined): boolean {
  return result !== undefined && !result.ok && result.retryable;
}

function isDenied(result: SendResult | undefined): boolean {
  return result !== undefined && !result.ok && result.denied === true;
}

/** Result of an entry that a service refused with `code`. One that was denied may always be repeated. */
export function refused(code: string, message: string, retryable: boolean): SendResult {
  if (isDeniedCode(code)) return { ok: false, retryable: true, code, message, denied: true };
  return { ok: false, retryable, code, message };
}

function tooLarge(bytes: number, most: number): SendResult {
  return bytes <= most ? unanswered() : refused('TOO_LARGE', `${bytes} bytes; one call takes ${most}`, false);
}

function unanswered(): SendResult {
  return refused('NoAnswer', 'the service named no result for this entry', true);
}
