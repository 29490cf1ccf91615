import { bucketKey } from '../../domain/rate/rate-limit.js';
import type { TopologyModel } from '../model.js';

/** A part of an application that keeps limits. */
export interface LimitKeeper {
  /** Kind of the part; the ingress function keeps those of every ingress. */
  readonly kind: 'agent' | 'client' | 'ingress';
  /** Its name in the topology; that of a client or an agent. */
  readonly name?: string;
}

/** Keys of the shared buckets that a part of an application takes from: exact limits of its own, and of the channels that it publishes on. */
export function exactBuckets(
  { kind, name = '' }: LimitKeeper,
  model: Pick<TopologyModel, 'agents' | 'channels' | 'clients' | 'ingress'>,
): string[] {
  if (kind === 'agent') return model.agents[name]?.pace?.exact === true ? [bucketKey('agent', name)] : [];
  const parts =
    kind === 'client'
      ? [[name, model.clients[name]?.rateLimit, model.clients[name]?.publishes ?? []] as const]
      : Object.values(model.ingress).map((one) => [one.name, one.rateLimit, [one.as]] as const);
  const own = parts.flatMap(([part, limit]) => (limit?.exact === true ? [bucketKey(kind, part)] : []));
  const published = new Set(parts.flatMap(([, , types]) => types));
  const channels = Object.values(model.channels).flatMap(({ name: channel, carries, rateLimit }) =>
    rateLimit?.exact === true && carries.some((type) => published.has(type)) ? [bucketKey('channel', channel)] : [],
  );
  return [...own, ...channels];
}
