import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedCopy } from '../agent/receive/services.js';
import type { Slots } from './slots.js';

/** A lane as the poller needs it. */
export interface PolledLane {
  /** Names it in the log: `desk/critical`. */
  readonly name: string;
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

/** What the poller tells while it works. */
export interface PollingEvents {
  /** A lane could be read, whether it had something or not. */
  readonly polled?: () => void;
  readonly failed?: (lane: string, error: unknown) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
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
  const pauses = new Map<PolledLane, number>();
  let scarce = false;

  const take = async (lane: PolledLane, patient: boolean): Promise<number> => {
    const share = patient ? Math.max(1, Math.floor(slots.free / lanes.length)) : slots.free;
    try {
      const copies = await lane.receive(Math.min(MOST_AT_ONCE, share), patient, signal);
      pauses.delete(lane);
      events.polled?.();
      const begun = signal.aborted ? [] : copies.slice(0, slots.free);
      for (const copy of begun) void slots.hold(() => lane.handle(copy));
      if (begun.length < copies.length) await lane.giveBack(copies.slice(begun.length));
      return begun.length;
    } catch (error) {
      if (signal.aborted) return 0;
      events.failed?.(lane.name, error);
      const pause = pauses.get(lane) ?? FIRST_PAUSE_MS;
      pauses.set(lane, Math.min(LONGEST_PAUSE_MS, pause * 2));
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      return 0;
    }
  };

  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

  while (!signal.aborted) {
    if (slots.free === 0) {
      scarce = true;
      await Promise.race([slots.freed(), aborted]);
      continue;
    }
    if (scarce) {
      let found = false;
      for (const lane of lanes) {
        if (slots.free === 0 || signal.aborted) break;
        if ((await take(lane, false)) > 0) found = true;
      }
      scarce = found;
      continue;
    }
    for (const lane of lanes) {
      if (!waiting.has(lane))
        waiting.set(
          lane,
          take(lane, true).then(() => void waiting.delete(lane)),
        );
    }
    await Promise.race([...waiting.values(), aborted]);
  }
  await Promise.all(waiting.values());
}
