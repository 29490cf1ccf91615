import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedCopy } from '../agent/receive/services.js';
import type { Slots } from './slots.js';

/** A lane as the poller needs it. */
export interface PolledLane {
  /** Names it in the log: `desk/critical`. */
  readonly name: string;
  /** Copies that may be taken of it now, besides the slots that are free. @defaultValue as many as there are slots */
  readonly room?: () => number;
  /**
   * Up to so many copies, hidden from others. `patient`: waits for one when there is none, as a long poll does.
   * @throws when the lane cannot be read; the poller tries again after a pause
   */
  receive(most: number, patient: boolean, signal: AbortSignal): Promise<readonly ReceivedCopy[]>;
  /** Handles a copy to its end, acknowledgement or return included. Never rejects. */
  handle(copy: ReceivedCopy): Promise<void>;
  /** Makes copies visible again that nobody has begun to handle. Never rejects. */
  giveBack(copies: readonly ReceivedCopy[]): Promise<void>;
}

/** Calls that the poller makes while it works. */
export interface PollingEvents {
  /** A lane could be read, whether it had something or not. */
  readonly polled?: () => void;
  readonly failed?: (lane: string, error: unknown) => void;
  /** Gets the call by which the poller is told that a lane may have room again for another reason than an end of a handling. */
  readonly roomy?: (wake: () => void) => void;
}

export const FIRST_PAUSE_MS = 1_000;
export const LONGEST_PAUSE_MS = 30_000;
/** Most copies that SQS gives at once. */
const MOST_AT_ONCE = 10;

/**
 * Polls lanes, given from the most urgent to the least, until the signal aborts, and handles what comes in free slots.
 *
 * While slots are free, every lane waits for messages by itself, so that none delays another. When all slots were taken, the ones
 * that become free go to the most urgent lane that has something: the lanes are asked in their order, without waiting, until a round
 * finds nothing. A waiting lane holds no slot: what it brings when none is left goes back at once.
 *
 * @returns when the signal has aborted and every lane has ended its poll; handlings may still run
 */
export async function pollLanes(
  lanes: readonly PolledLane[],
  slots: Slots,
  signal: AbortSignal,
  events: PollingEvents = {},
): Promise<void> {
  const waiting = new Map<PolledLane, Promise<void>>();
  /** Lanes that could not be read: their pause, and when it is over, milliseconds. */
  const troubled = new Map<PolledLane, { readonly pause: number; readonly until: number }>();
  const change = new Change();
  const wake = (): void => change.happened();
  const roomOf = ({ room }: PolledLane): number => Math.min(slots.free, room?.() ?? slots.free);
  events.roomy?.(wake);
  signal.addEventListener('abort', wake);
  let scarce = false;

  const take = async (lane: PolledLane, patient: boolean): Promise<number> => {
    const share = patient ? Math.max(1, Math.floor(slots.free / lanes.length)) : slots.free;
    const most = Math.min(MOST_AT_ONCE, share, roomOf(lane));
    if (most < 1) return 0;
    try {
      const copies = await lane.receive(most, patient, signal);
      troubled.delete(lane);
      events.polled?.();
      const begun = signal.aborted ? [] : copies.slice(0, Math.max(0, roomOf(lane)));
      for (const copy of begun) void slots.hold(() => lane.handle(copy)).finally(wake);
      if (begun.length < copies.length) await lane.giveBack(copies.slice(begun.length));
      return begun.length;
    } catch (error) {
      if (signal.aborted) return 0;
      events.failed?.(lane.name, error);
      const pause = Math.min(LONGEST_PAUSE_MS, 2 * (troubled.get(lane)?.pause ?? FIRST_PAUSE_MS / 2));
      troubled.set(lane, { pause, until: Date.now() + pause });
      return 0;
    }
  };

  /** A lane by itself: its pause, then its poll. */
  const watch = async (lane: PolledLane): Promise<void> => {
    const left = (troubled.get(lane)?.until ?? 0) - Date.now();
    if (left > 0) await sleep(left, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await take(lane, true);
    waiting.delete(lane);
    wake();
  };

  while (!signal.aborted) {
    if (slots.free === 0) {
      scarce = true;
      await change.next();
      continue;
    }
    if (scarce) {
      let found = false;
      for (const lane of lanes) {
        if (slots.free === 0 || signal.aborted) break;
        // One that cannot be read now keeps nobody waiting.
        if ((troubled.get(lane)?.until ?? 0) > Date.now()) continue;
        if ((await take(lane, false)) > 0) found = true;
      }
      scarce = found;
      continue;
    }
    for (const lane of lanes) if (!waiting.has(lane) && roomOf(lane) > 0) waiting.set(lane, watch(lane));
    await change.next();
  }
  signal.removeEventListener('abort', wake);
  await Promise.all(waiting.values());
}

/**
 * Something that happens again and again, for one who waits. Racing a promise that lives as long as the worker would keep a
 * reaction for every message until the worker ends.
 */
class Change {
  #missed = false;
  #told: (() => void) | undefined;

  happened(): void {
    if (this.#told === undefined) this.#missed = true;
    this.#told?.();
    this.#told = undefined;
  }

  /** Settled at the next change, or at once when one has happened since the last was told. */
  async next(): Promise<void> {
    if (!this.#missed) await new Promise<void>((resolve) => (this.#told = resolve));
    this.#missed = false;
  }
}
