import { BusyError } from '../domain/base/errors.js';
import { bucketKey, MOST_RATE_DELAY_MS, type RateLimit } from '../domain/rate/rate-limit.js';
import type { Limited, RateLimiter, RatePlace } from '../domain/rate/rate-limiter.js';
import type { TopologyModel } from '../topology/model.js';

/** A publisher that keeps limits, and what it publishes. */
export interface RatedMessage {
  /** Kind of the publisher. */
  readonly kind: 'client' | 'ingress';
  /** Name of the publisher. */
  readonly name: string;
  /** Channel of the message. */
  readonly channel: string;
  /** Tenant of its conversation. */
  readonly tenant?: string | undefined;
}

/** Means to keep limits: the buckets of this process, and a way to wait. */
export interface RateKeeping extends RatePlace {
  readonly limiter: RateLimiter;
  /** Waits so many milliseconds. */
  readonly wait: (ms: number) => Promise<unknown>;
}

/** A limit with the bucket that it is of. */
interface Rated extends Limited {
  readonly limit: RateLimit;
}

/**
 * Takes the place of a message within the limits of its channel and of the client that publishes it. Where each of them delays, the
 * client waits, half a minute at most. An ingress has its own limit kept before: its events come again.
 * @throws BusyError when there is no room; LanewayError UNAVAILABLE when a shared counter could not be reached
 */
export async function keepRate(message: RatedMessage, model: TopologyModel, keeping: RateKeeping): Promise<void> {
  const limits = limitsOf(message, model);
  if (limits.length === 0) return;
  const delays = message.kind === 'client' && limits.every(({ limit }) => limit.onLimit === 'delay');
  const answer = await keeping.limiter.reserve(limits, keeping, delays ? MOST_RATE_DELAY_MS : 0);
  if ('over' in answer) throw new BusyError(answer.over.key, answer.wait);
  if (answer.wait > 0) await keeping.wait(answer.wait);
}

/** Limits of a message; on channels of the system it has none. */
function limitsOf({ kind, name, channel, tenant = '' }: RatedMessage, model: TopologyModel): readonly Rated[] {
  const declared = model.channels[channel];
  if (declared === undefined || declared.system) return [];
  const own = kind === 'client' ? rated('client', name, model.clients[name]?.rateLimit, tenant) : undefined;
  return [rated('channel', channel, declared.rateLimit, tenant), own].filter((one) => one !== undefined);
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
