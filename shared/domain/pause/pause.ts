import { LANE_RETENTION_DAYS } from '../delivery/lane-retention.js';

/** A pause of a channel: in force until an operator resumes the channel. Times are ISO 8601. */
export interface ChannelPause {
  /** Name of the channel. */
  readonly channel: string;
  /** Person or program that paused it. */
  readonly by: string;
  /** Reason that it gave. */
  readonly why: string;
  /** Instant from which it is in force. */
  readonly since: string;
  /** Id of the emergency whose measure it is: an operator's own pause takes its place. */
  readonly emergency?: string;
}

/** The message that expires first of those that wait for an agent on a paused channel. Times are ISO 8601. */
export interface WaitingMessage {
  /** Agent that it waits for. */
  readonly agent: string;
  /** Name of the paused channel. */
  readonly channel: string;
  /** Beginning of the pause under which it was met. */
  readonly since: string;
  /** Instant from which it is not handled any more. */
  readonly expires: string;
  /** Instant at which it was published. */
  readonly sent: string;
}

/**
 * Pauses of an application's channels. Operators write them, and every receiver reads them; few, and read often. Beside them stands what
 * receivers have met of what waits: it is their claim, and shown to operators alone.
 */
export interface PauseStore {
  /** Every pause that is in force; consistent. */
  all(): Promise<readonly ChannelPause[]>;
  /** Every pause that is in force, at half the price; it may be a second old. */
  recent(): Promise<readonly ChannelPause[]>;
  /** Pauses a channel, unless it is paused otherwise than by an emergency, which gives way to an operator. @returns the pause that is in force now */
  begin(pause: ChannelPause): Promise<ChannelPause>;
  /** Ends the pause of a channel that began at an instant. @returns false when another one is in force, or none */
  end(channel: string, since: string): Promise<boolean>;
  /**
   * Notes a message that waits, unless the one that is noted under the same pause expires earlier, and after `now`.
   * @param now milliseconds since 1970
   */
  noteWaiting(message: WaitingMessage, now: number): Promise<void>;
  /** The message that was noted last for an agent on a channel; undefined for none. */
  firstWaiting(agent: string, channel: string): Promise<WaitingMessage | undefined>;
}

/** Time for which a process believes what it has read of the pauses, milliseconds. */
export const PAUSES_SEEN_MS = 5_000;

/** Shortest time for which a copy of a paused channel stays away, milliseconds. */
export const PAUSED_FIRST_MS = 30_000;

/** Longest time for which it stays away, milliseconds; SQS hides a copy for twelve hours at most. */
export const PAUSED_MOST_MS = 14_400_000;

/** Part of the pause's age for which a copy stays away at most. */
const AGE_SHARE = 1 / 4;

/** Part of the time that is left to the message for which it stays away at most, so that a resumption finds it alive. */
const LEFT_SHARE = 1 / 3;

/** Receipts of a copy that say nothing of a clock: for so many it stays away by the pause's age alone. */
const RECEIPTS_BY_AGE = 10;

/** Factor by which the time that a copy stays away grows with each further receipt, whatever the age of the pause is said to be. */
const GROWS_BY = 1.2;

/** Time after its expiry at which a copy comes, to be recorded as expired, milliseconds. */
const AFTER_EXPIRY_MS = 1_000;

/**
 * Time for which a copy of a paused channel stays away, milliseconds. It grows with the pause: after the resumption a copy is late by a
 * quarter of the pause, or a third of its time left, at most. Within the four days that a lane keeps it, it is received some 80 of the
 * 100 times after which SQS takes it for poison. A copy comes when it has expired, so that it is recorded in time. Spread, so that
 * what waits does not come at one moment. A pause may have been begun by a clock that is ahead, and look young for as long: so the
 * time grows with the receipts, too, from the tenth on.
 * @param pause the pause that is in force
 * @param copy instant from which its message is of no use, milliseconds since 1970, and the number of its receipt, from 1
 * @param now milliseconds since 1970
 * @param random a number in [0, 1)
 */
export function pausedDelay(
  { since }: ChannelPause,
  { expires, receives }: { readonly expires: number; readonly receives: number },
  now: number,
  random: number,
): number {
  const [age, left] = [Math.max(0, now - Date.parse(since)), Math.max(0, expires - now)];
  const least = PAUSED_FIRST_MS * GROWS_BY ** Math.max(0, receives - RECEIPTS_BY_AGE);
  const grown = Math.min(Math.max(age * AGE_SHARE, least), left * LEFT_SHARE);
  const most = Math.min(PAUSED_MOST_MS, Math.max(PAUSED_FIRST_MS, grown));
  return Math.ceil(Math.min(most * (0.8 + random / 5), left + AFTER_EXPIRY_MS));
}

/** Time that is left to what waits on a paused channel, milliseconds; 0 when it is over. */
export interface Countdown {
  /** Instant at which the first message that waits expires, ISO 8601. */
  readonly expires: string;
  /** Time until then, milliseconds. */
  readonly expiresInMs: number;
  /** Instant from which its lane keeps that message no longer, ISO 8601: at the earliest, as a copy that was put back is kept for longer. */
  readonly dropped: string;
  /** Time until then, milliseconds. */
  readonly droppedInMs: number;
}

/**
 * The countdown of a pause by the first message of each receiver; undefined when none is known under this pause that has not expired.
 * @param now milliseconds since 1970
 */
export function countdownOf(
  { since }: ChannelPause,
  waiting: readonly WaitingMessage[],
  now: number,
): Countdown | undefined {
  const left = waiting.filter((one) => one.since === since && Date.parse(one.expires) > now);
  const [first] = left.toSorted((a, b) => Date.parse(a.expires) - Date.parse(b.expires));
  if (first === undefined) return undefined;
  const dropped = Math.min(...left.map(({ sent }) => Date.parse(sent))) + LANE_RETENTION_DAYS * 86_400_000;
  return {
    expires: first.expires,
    expiresInMs: Date.parse(first.expires) - now,
    dropped: new Date(dropped).toISOString(),
    droppedInMs: Math.max(0, dropped - now),
  };
}

/** True when a message that was met takes the place of the one that is noted. @param now milliseconds since 1970 */
export function isEarlier(met: WaitingMessage, noted: WaitingMessage | undefined, now: number): boolean {
  if (noted === undefined || noted.since !== met.since) return true;
  const before = Date.parse(noted.expires);
  return before <= now || Date.parse(met.expires) < before;
}

/** Conversation of the ledger that holds the notes on a channel's pauses. */
export function pauseConversation(channel: string): string {
  return `channel:${channel}`;
}
