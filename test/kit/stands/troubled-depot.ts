import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import type { SendResult } from '../../../shared/domain/wire/message-bus.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { boundAgents } from '../../../shared/testing/harness/bound-agents.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';

export const ParcelCame = event('ParcelCame', z.object({ parcel: z.string() }));
const ParcelShelved = event('ParcelShelved', z.object({ parcel: z.string(), shelf: z.number() }));
const ParcelWeighed = event('ParcelWeighed', z.object({ parcel: z.string(), grams: z.number() }));
const WeighParcel = command('WeighParcel', z.object({ parcel: z.string() }), { reply: ParcelWeighed });

/** A depot whose messages keep for days, so that an outage makes none of them useless. */
const depot = defineTopology('depot', {
  channels: {
    arrivals: { carries: [ParcelCame], qos: { expires: '3 days' } },
    shelves: { carries: [ParcelShelved], qos: { expires: '3 days' } },
    scales: { carries: [WeighParcel], qos: { expires: '3 days' } },
    weights: { carries: [ParcelWeighed], qos: { expires: '3 days' } },
  },
  agents: {
    porter: { subscribes: ['arrivals', 'weights'], publishes: [ParcelShelved, WeighParcel] },
    scale: { subscribes: ['scales'], publishes: [ParcelWeighed] },
    auditor: { subscribes: ['shelves'] },
  },
  clients: { gate: { publishes: [ParcelCame] } },
});

const THROTTLED = { ok: false, retryable: true, code: 'ThrottlingException', message: 'away' } as const;

/**
 * A running depot whose bus and delivery store can be away. At every try the porter shelves a parcel elsewhere, and has
 * it weighed; the auditor and the porter note what they hear.
 */
export function troubledDepot() {
  const heard: string[] = [];
  let shelf = 0;
  const porter = createAgent(depot, 'porter').handle({
    ParcelCame: ({ data: { parcel } }, { publish }) => {
      publish(ParcelShelved, { parcel, shelf: ++shelf });
      publish(WeighParcel, { parcel }, { deadline: '3 days' });
    },
    ParcelWeighed: ({ data }) => void heard.push(`${data.parcel} weighs ${data.grams}`),
    otherwise: () => undefined,
  });
  const scale = createAgent(depot, 'scale').handle({
    WeighParcel: ({ data: { parcel } }) => ({ parcel, grams: parcel.length }),
  });
  const auditor = createAgent(depot, 'auditor').handle({
    ParcelShelved: ({ data }) => void heard.push(`${data.parcel} on ${data.shelf}`),
  });
  const agents = boundAgents(depot, [porter.with({}), scale.with({}), auditor.with({})]);
  const parts = { topology: depot, agents, workflows: [], random: seededRandom(7) };
  const world = new HarnessWorld(parts);
  const away = { bus: false, writes: false, reads: false };
  let asked = 0;
  const publish = world.bus.publish.bind(world.bus);
  world.bus.publish = (envelopes): Promise<readonly SendResult[]> => {
    asked++;
    return away.bus ? Promise.resolve(envelopes.map(() => THROTTLED)) : publish(envelopes);
  };
  const { deliveries } = world;
  for (const name of ['lease', 'settle', 'get', 'settleUnleased', 'noteUnsent', 'noteSent', 'release'] as const) {
    const call = deliveries[name].bind(deliveries) as (...given: unknown[]) => Promise<never>;
    Object.assign(deliveries, {
      [name]: (...given: unknown[]) =>
        (name === 'get' ? away.reads : away.writes)
          ? Promise.reject(new LanewayError('UNAVAILABLE', 'the ledger is away'))
          : call(...given),
    });
  }
  /** Loses all copies in the lanes of an agent, as an operator does who purges them. */
  const purge = (agent: string): number =>
    [...world.lanes.lanes(agent).values()].reduce((lost, lane) => lost + lane.purge(), 0);
  const harness = harnessOver(world, parts);
  return { topology: depot, world, harness, heard, away, purge, tries: () => shelf, asked: () => asked };
}
