import { BusyError, LanewayError } from '../domain/base/errors.js';
import { bucketKey, MOST_RATE_DELAY_MS, type RateLimit } from '../domain/rate/rate-limit.js';
import { mostAtOnce, type Limited, type RateLimiter, type RatePlace } from '../domain/rate/rate-limiter.js';
import type { TopologyModel } from '../topology/model.js';

/** A publisher that keeps limits, and what it publishes together. */
export interface RatedMessages {
  /** Kind of the publisher. */
  readonly kind: 'client' | 'ingress';
  /** Name of the publisher. */
  readonly name: string;
  /** Channel of each message. */
  readonly channels: readonly string[];
  /** Tenant of their conversation. */
  readonly tenant?: string | undefined;
  /** Milliseconds for which each of them is of use. @defaultValue for longer than anybody waits */
  readonly left?: number;
  /** Signal that ends a wait when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Means to keep limits: the buckets of this process, and a way to wait. */
export interface RateKeeping extends RatePlace {
  readonly limiter: RateLimiter;
  /** Waits so many milliseconds, or until the signal aborts. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}

/** A limit with the bucket that it is of. */
interface Rated extends Limited {
  readonly limit: RateLimit;
}

/**
 * Takes the place of messages within the limits of the client that publishes them and of their channels: of all together, or of none.
 * The client waits for room if every one of the limits delays: half a minute at most, and no longer than the messages are of use. An ingress
 * has its own limit kept before: its events come again.
 * @returns true when it waited
 * @throws the signal's reason when it aborts; BusyError when there is no room; LanewayError UNAVAILABLE when a shared counter could not be reached; INVALID_OPTION for
 * more messages than a limit ever takes together
 */
export async function keepRate(messages: RatedMessages, model: TopologyModel, keeping: RateKeeping): Promise<boolean> {
  const limits = limitsOf(messages, model);
  if (limits.length === 0) return false;
  for (const limited of limits) checkAtOnce(limited);
  const { left = Infinity, signal } = messages;
  const delays = messages.kind === 'client' && limits.every(({ limit }) => limit.onLimit === 'delay');
  const answer = await keeping.limiter.reserve(limits, keeping, delays ? Math.min(MOST_RATE_DELAY_MS, left) : 0);
  if ('over' in answer) throw new BusyError(answer.over.key, answer.wait);
  if (answer.wait === 0) return false;
  try {
    await keeping.wait(answer.wait, signal);
  } finally {
    signal?.throwIfAborted();
  }
  return true;
}

/** Limits of messages, that of the client first: what it has no room for takes none of its neighbours'. Channels of the system have none. */
function limitsOf({ kind, name, channels, tenant = '' }: RatedMessages, model: TopologyModel): readonly Rated[] {
  const counted = channels.filter((channel) => model.channels[channel]?.system === false);
  const own = kind === 'client' ? rated('client', name, model.clients[name]?.rateLimit, tenant) : undefined;
  const each = [...new Set(counted)].map((channel) => {
    const limited = rated('channel', channel, model.channels[channel]?.rateLimit, tenant);
    return limited && { ...limited, tokens: counted.filter((one) => one === channel).length };
  });
  const all = [own && { ...own, tokens: counted.length }, ...each];
  return counted.length === 0 ? [] : all.filter((one) => one !== undefined);
}

/** @throws LanewayError INVALID_OPTION */
function checkAtOnce({ key, limit, tokens = 1 }: Rated): void {
  const most = mostAtOnce(limit);
  if (tokens <= most) return;
  throw new LanewayError('INVALID_OPTION', `${tokens} messages at once, and ${key} never takes more than ${most}`, {
    help: [
      `allowed: up to ${most} receivers with a message each`,
      `or a higher \`burst\` in the \`rateLimit\` of ${key}, now ${limit.burst}${limit.exact ? '; an exact one keeps back up to a quarter' : ''}`,
    ],
  });
}

/** The bucket of a declared limit at a message of a tenant. */
export function rated(
  kind: 'channel' | 'client' | 'ingress',
  name: string,
  limit: RateLimit | undefined,
  tenant: string,
): Rated | undefined {
  return limit && { key: bucketKey(kind, name), tenant: limit.by === 'tenant' ? tenant : '', limit };
}
