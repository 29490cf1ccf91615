import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

const Weighed = event('Weighed', z.object({ grams: z.number() }));
const Weigh = command('Weigh', z.object({ parcel: z.string() }), { reply: Weighed });

const made = (delivery: 'bus' | 'direct') =>
  defineTopology('weighing', {
    channels: { requests: { carries: [Weigh] }, results: { carries: [Weighed], qos: { delivery } } },
    agents: { desk: { subscribes: ['results'], publishes: [Weigh] }, scales: { subscribes: ['requests'] } },
  });

test('a reply travels over the bus: on a direct channel nobody would ever close its request', () => {
  expect(() => made('direct')).toThrow(/channel 'results' is direct and carries Weighed, the reply to Weigh/);
  expect(made('bus').model.channels['results']?.qos.delivery).toBe('bus');
});
