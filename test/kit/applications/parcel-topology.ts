import * as z from 'zod';
import { command, event, older } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

/** A small application for tests: parcels are weighed, priced and announced. */
export const ParcelWeighed = event(
  'ParcelWeighed',
  z.object({ parcel: z.string(), grams: z.number().int().positive() }),
  {
    version: 2,
    accepts: [
      older(1, z.object({ parcel: z.string(), kilograms: z.number() }), ({ parcel, kilograms }) => ({
        parcel,
        grams: Math.round(kilograms * 1000),
      })),
    ],
  },
);
export const WeighParcel = command('WeighParcel', z.object({ parcel: z.string() }), { reply: ParcelWeighed });
export const ParcelArrived = event('ParcelArrived', z.object({ parcel: z.string(), note: z.string().optional() }));
export const ParcelWrapped = event('ParcelWrapped', z.object({ parcel: z.string(), paper: z.string() }));
export const WrapParcel = command('WrapParcel', z.object({ parcel: z.string() }), { reply: ParcelWrapped });
export const StampParcel = command('StampParcel', z.object({ parcel: z.string() }));

export const parcels = defineTopology('parcels', {
  channels: {
    'parcel.arrivals': {
      carries: [ParcelArrived],
      qos: { priorities: ['critical', 'normal'], tries: 3, acks: 'message', retainPayloads: '7 days' },
    },
    'parcel.weighing': { carries: [WeighParcel], qos: { priorities: ['high', 'normal'], expires: '10 minutes' } },
    'parcel.weights': {
      carries: [ParcelWeighed],
      qos: { priorities: ['normal'], onExpiry: 'dead-letter', expires: '5 minutes' },
    },
    'parcel.wrapping': { carries: [WrapParcel], qos: { priorities: ['normal'] } },
    'parcel.wrapped': { carries: [ParcelWrapped], qos: { priorities: ['normal'] } },
    'parcel.stamps': { carries: [StampParcel], qos: { priorities: ['low'], delivery: 'direct' } },
  },
  agents: {
    desk: { subscribes: ['parcel.arrivals', 'parcel.weights'], publishes: [WeighParcel, StampParcel] },
    scales: { capabilities: ['weighing'], role: 'worker', subscribes: ['parcel.weighing'] },
    'old-scales': { capabilities: ['weighing'], role: 'worker', subscribes: ['parcel.weighing'] },
    wrapper: { runs: 'worker', subscribes: ['parcel.wrapping'] },
    stamper: { subscribes: ['parcel.stamps'] },
    auditor: { subscribes: ['parcel.arrivals', 'parcel.weights', 'system.errors'] },
  },
  clients: { gate: { publishes: [ParcelArrived, WeighParcel, WrapParcel] } },
  ingress: {
    post: {
      pattern: { source: ['com.example.post'] },
      as: ParcelArrived,
      map: (foreign) => foreign.detail,
    },
  },
  hopLimit: 8,
});
