import { heldWithin } from '../../domain/quarantine/quarantine.js';
import { writerOfReceiver } from '../../domain/wire/writers.js';
import { deliveryKeyOf, type DeliveryKey } from '../../domain/delivery/delivery.js';
import type { QosProfile } from '../../domain/delivery/qos.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import { timeOf } from '../../domain/base/iso-time.js';
import type { Composition } from '../../publishing/compose-message.js';
import type { BoundAgent } from '../create-agent.js';
import type { LaneSenders } from '../../topology/emergency/emergency-channel.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { ReceivedCopy, Services } from './services.js';

/** One copy at its receiver, before it is decoded. */
export interface Arrival {
  readonly bound: BoundAgent;
  readonly services: Services;
  readonly copy: ReceivedCopy;
  /** Those who send into the lane that it came from. */
  readonly from: LaneSenders;
  /** True when nothing else runs beside it in the process. */
  readonly alone: boolean;
  /** Instant of its arrival, milliseconds since 1970. */
  readonly at: number;
  /** Instant at which the process may be ended, milliseconds since 1970. */
  readonly end: number;
  /** Keeps short leases alive; without it a lease lasts until `end`. */
  readonly keeper: LeaseKeeper | undefined;
}

/** One message at one receiver, in hand while one copy of it is handled. */
export interface Delivery extends Arrival {
  readonly envelope: Envelope;
  /** The envelope's `time`, milliseconds since 1970. */
  readonly published: number;
  /** The envelope's `expires`, milliseconds since 1970; later by the time for which the agent was in quarantine. */
  readonly expires: number;
  /** Place of the delivery in the ledger. */
  readonly key: DeliveryKey;
}

/** The lease under which a delivery is handled. */
export interface Lease {
  /** Token that no other lease has. */
  readonly owner: string;
  /** Number of the try, from 1. */
  readonly tries: number;
}

/** The delivery of which a copy has arrived. */
export function deliveryOf(arrival: Arrival, envelope: Envelope): Delivery {
  const { bound, services, copy, from, alone, at, end, keeper } = arrival;
  const key = deliveryKeyOf(envelope, bound.agent.id);
  const published = timeOf(envelope.time);
  const expires = timeOf(envelope.expires);
  // Fields are set one by one and not spread: every message comes through here.
  return { bound, services, copy, from, alone, at, end, keeper, envelope, published, expires, key };
}

/**
 * A delivery with its expiry later by the time for which its agent was in quarantine since it was sent: that time is not the
 * message's. Only what looks expired is looked up. A command of a request stays expired, since its request has moved on.
 * @throws LanewayError UNAVAILABLE
 */
export async function withoutHeldTime(delivery: Delivery): Promise<Delivery> {
  const { at, bound, envelope, published, expires, services } = delivery;
  const { heldTimes } = services;
  if (envelope.deadline !== undefined || heldTimes === undefined) return delivery;
  const held = heldWithin(await heldTimes.of(bound.agent.id), published, at);
  return held > 0 ? { ...delivery, expires: expires + held } : delivery;
}

/** Quality of service of the delivery's channel. @throws LanewayError UNKNOWN_CHANNEL */
export function qosOf({ bound, envelope }: Pick<Delivery, 'bound' | 'envelope'>): QosProfile {
  const channel = bound.agent.topology.model.channels[envelope.channel];
  if (!channel) throw new LanewayError('UNKNOWN_CHANNEL', envelope.channel);
  return channel.qos;
}

/** Agent, parent message and present instant from which the messages of a delivery are composed. */
export function compositionOf({
  bound,
  services,
  envelope,
}: Pick<Delivery, 'bound' | 'services' | 'envelope'>): Composition {
  const { id: sender, topology } = bound.agent;
  return { topology, sender, requester: writerOfReceiver(sender), parent: envelope, now: services.clock.now() };
}
