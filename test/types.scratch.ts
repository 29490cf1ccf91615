import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology, type HeardBy, type PublishedBy } from 'laneway/topology';
const A = event('VehicleAnalyzed', z.object({ s: z.enum(['a', 'b']) }));
const T = event('Tele', z.object({ v: z.string() }));
const C = command('AnalyzeVehicle', z.object({ vin: z.string() }), { reply: A });
export const t = defineTopology('veh', {
  channels: { 'a.b': { carries: [C], qos: { from: 'standard', tries: 3 } }, 'a.r': { carries: [A] }, 't.x': { carries: [T] } },
  agents: { an: { subscribes: ['a.b'] }, ma: { subscribes: ['a.r', 'system.errors'], publishes: [T] } },
  clients: { gw: { publishes: [T, C] } },
  ingress: { fleet: { pattern: { source: ['x'] }, as: T, map: (e) => ({ v: e.id }) } },
});
type H = HeardBy<(typeof t)['channels'], (typeof t)['agents']['ma']>;
export const n: H['name'][] = ['VehicleAnalyzed', 'ErrorReported'];
type P = PublishedBy<(typeof t)['channels'], (typeof t)['agents']['an']>;
export const p: P['name'] = 'VehicleAnalyzed';
// @ts-expect-error not published
export const q: P['name'] = 'Tele';
export const bad = defineTopology('veh', {
  channels: { 'a.b': { carries: [C] } },
  // @ts-expect-error unknown channel
  agents: { an: { subscribes: ['a.c'] } },
});
