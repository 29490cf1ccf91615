import { LanewayError } from '../domain/base/errors.js';
import { milliseconds, type Duration } from '../domain/base/duration.js';
import type { Ports } from '../domain/ports.js';
import type { CommandType } from '../message/message-type.js';
import type { Receipt } from '../publishing/publish-message.js';
import { readReply, replyTypeOf } from '../topology/read-reply.js';

/** Pauses between two looks at the record of a request: the first, and the longest that they grow to. */
export const FIRST_LOOK_MS = 50;
export const LONGEST_LOOK_MS = 1_000;

/** Milliseconds beyond the deadline that a client looks on: the platform ends the request, and the record of that takes a while. */
export const PLATFORM_MARGIN_MS = 15_000;

/** A request that was published, and how long its client waits. */
export interface Asked {
  readonly command: CommandType;
  readonly receipt: Receipt;
  readonly timeout: Duration;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at the record of a request until it has ended. A record that cannot be read just now is read again: the request goes
 * on meanwhile, and whoever gave up would never hear of its end.
 *
 * @param pause waits so many milliseconds; replaced in tests
 * @throws LanewayError REQUEST_TIMED_OUT, with the last failure to read as its cause; REQUEST_FAILED; INVALID_OPTION for a
 * command that names no reply
 */
export async function awaitReply(
  { clock, payloads, pending }: Pick<Ports, 'clock' | 'payloads' | 'pending'>,
  { command, receipt, timeout, signal }: Asked,
  pause: (ms: number) => Promise<unknown> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<unknown> {
  const { requestId } = receipt;
  replyTypeOf(command);
  if (requestId === undefined) throw new LanewayError('INVALID_OPTION', `${command.name} names no reply`);
  let giveUp = clock.now() + milliseconds(timeout) + PLATFORM_MARGIN_MS;
  let failure: unknown;
  for (let wait = FIRST_LOOK_MS; clock.now() < giveUp; wait = Math.min(LONGEST_LOOK_MS, wait * 1.3)) {
    signal?.throwIfAborted();
    try {
      const record = await pending.get(requestId);
      failure = undefined;
      const outcome = record?.outcome;
      // Progress may have moved the deadline.
      if (record) giveUp = Math.max(giveUp, Date.parse(record.deadline) + PLATFORM_MARGIN_MS);
      if (outcome?.state === 'timed-out') break;
      if (outcome) return await readReply(command, requestId, outcome, payloads);
    } catch (error) {
      if (!(error instanceof LanewayError) || error.code !== 'UNAVAILABLE') throw error;
      failure = error;
    }
    await pause(wait);
  }
  throw new LanewayError('REQUEST_TIMED_OUT', `${command.name} ${requestId} was not answered within ${timeout}`, {
    ...(failure === undefined ? {} : { cause: failure }),
    help: [`follow it: laneway trace ${receipt.correlationId}`],
  });
}
