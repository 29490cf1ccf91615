import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { dataAnalysis } from '../../functions/vehicle-maintenance/data-analysis/agent.js';
import { memoryHistory } from '../../functions/vehicle-maintenance/data-analysis/history-store.js';
import { masterOrchestrator } from '../../functions/vehicle-maintenance/master-orchestrator/agent.js';
import { memoryCases } from '../../functions/vehicle-maintenance/master-orchestrator/case-store.js';
import { memoryFeedback } from '../../functions/vehicle-maintenance/master-orchestrator/feedback-store.js';
import { VehicleTelemetryReported } from '../../functions/vehicle-maintenance/messages.js';
import { SAMPLE_PRICES } from '../../functions/vehicle-maintenance/price-list.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { vehicleWorkflows } from '../../functions/vehicle-maintenance/workflows/vehicle-workflows.js';
import { seededRandom } from '../../shared/testing/memory/seeded-random.js';
import { reading, VIN } from '../../test/kit/generators/readings.js';
import { sumOf, type Meter, type BillLine } from './meter.js';
import { MeteredWorld } from './metered-world.js';

/** Cost of one thing, a million times. */
export interface Cost {
  readonly name: string;
  readonly usdPerMillion: number;
  readonly parts: readonly BillLine[];
}

/** Traffic that a thing is measured in: tens at once, or one in each so many seconds. */
type Traffic = 'full' | { readonly everySeconds: number };

/** A message in each second: no function gets two at once, and the archive gathers those of a minute. */
const TRICKLE: Traffic = { everySeconds: 1 };
/** A message in ten minutes: it shares an object of the archive with the message that caused it, and nothing else. */
const ALONE: Traffic = { everySeconds: 600 };

const Note = z.object({ text: z.string() });
export const Begun = event('Begun', z.object({ text: z.string(), then: z.enum(['nothing', 'bus', 'direct', 'ask']) }));
const Hopped = event('Hopped', Note);
const Skipped = event('Skipped', Note);
const Answered = event('Answered', Note);
const Ask = command('Ask', Note, { reply: Answered });
const TEXT = 'a payload of two hundred bytes '.repeat(7).slice(0, 200);

const chain = defineTopology('chain', {
  channels: {
    begins: { carries: [Begun], qos: { priorities: ['normal'] } },
    hops: { carries: [Hopped], qos: { priorities: ['normal'] } },
    skips: { carries: [Skipped], qos: { priorities: ['normal'], delivery: 'direct' } },
    asks: { carries: [Ask], qos: { priorities: ['normal'] } },
    answers: { carries: [Answered], qos: { priorities: ['normal'] } },
  },
  agents: {
    first: { subscribes: ['begins', 'answers'], publishes: [Hopped, Skipped, Ask] },
    second: { subscribes: ['hops', 'skips', 'asks'] },
  },
  clients: { outside: { publishes: [Begun] } },
});

const first = createAgent(chain, 'first').handle({
  Begun: ({ data }, { publish }) => {
    if (data.then === 'bus') publish(Hopped, { text: data.text });
    if (data.then === 'direct') publish(Skipped, { text: data.text });
    if (data.then === 'ask') publish(Ask, { text: data.text }, { deadline: '5 minutes' });
  },
  Answered: () => undefined,
});
const second = createAgent(chain, 'second').handle({
  Hopped: () => undefined,
  Skipped: () => undefined,
  Ask: ({ data }) => data,
});

/** An id as long as those that Laneway makes, and the same in each run. */
const idOf = (at: number): string => `01a1ffa4-3d8c-761b-8fe5-${String(at).padStart(12, '0')}`;

/** Two agents, the first of which does what the message that begins says. */
export const CHAIN = { topology: chain, agents: [first.with({}), second.with({})], workflows: [] };

/** Messages of one measurement. */
const timesOf = (traffic: Traffic): number => (traffic === ALONE ? 20 : 100);

async function runChain(then: z.output<typeof Begun.schema>['then'] | 'none', traffic: Traffic): Promise<Meter> {
  const world = new MeteredWorld(CHAIN);
  const { harness } = world;
  for (let at = 0; at < timesOf(traffic); at += 1) {
    if (traffic !== 'full') await harness.advance(`${traffic.everySeconds} seconds`);
    if (then !== 'none') await harness.publish(Begun, { text: TEXT, then }, { id: idOf(at) });
  }
  // Two runs of the sweeper, which look at what was published from outside.
  await harness.advance('11 minutes');
  await world.close();
  return world.meter;
}

function costOf(name: string, { meter, less, times }: { meter: Meter; less: Meter; times: number }): Cost {
  const parts = meter.parts(times, 1_000_000, less);
  return { name, usdPerMillion: sumOf(parts), parts };
}

/** Cost of a thing that an agent does, over that of the same handling without it. */
async function chainCost(name: string, then: 'bus' | 'direct' | 'ask', traffic: Traffic): Promise<Cost> {
  const [meter, less] = [await runChain(then, traffic), await runChain('nothing', traffic)];
  return costOf(name, { meter, less, times: timesOf(traffic) });
}

/** Cost of a message of a client, handled by an agent that does nothing. */
async function clientCost(name: string, traffic: Traffic): Promise<Cost> {
  const [meter, less] = [await runChain('nothing', traffic), await runChain('none', traffic)];
  return costOf(name, { meter, less, times: timesOf(traffic) });
}

/** Vehicles of one measurement. */
const VEHICLES = 100;

async function runVehicles(count: number): Promise<Meter> {
  const world = new MeteredWorld({
    topology: vehicles,
    agents: [
      masterOrchestrator.with({ cases: memoryCases(), feedback: memoryFeedback() }),
      dataAnalysis.with({ history: memoryHistory(), prices: SAMPLE_PRICES }),
    ],
    workflows: vehicleWorkflows({ respondWithin: '1 hour', approveAbove: 1_500, decideWithin: '30 minutes' }),
  });
  for (let at = 0; at < count; at += 1)
    await world.harness.publish(VehicleTelemetryReported, { vin: VIN, readings: [reading({})] }, { id: idOf(at) });
  await world.harness.advance('11 minutes');
  await world.close();
  return world.meter;
}

async function vehicleCost(): Promise<Cost> {
  const [meter, less] = [await runVehicles(VEHICLES), await runVehicles(0)];
  return costOf('healthy vehicle', { meter, less, times: VEHICLES });
}

/** All that is measured by the million. Chance is that of a seed, and ids are counted, so that two runs tell the same. */
export async function costs(): Promise<Cost[]> {
  const { random } = Math;
  Math.random = seededRandom(7);
  try {
    return await measured();
  } finally {
    Math.random = random;
  }
}

async function measured(): Promise<Cost[]> {
  return [
    await chainCost('bus hop, full batches', 'bus', 'full'),
    await chainCost('bus hop, one a second', 'bus', TRICKLE),
    await chainCost('bus hop, each alone', 'bus', ALONE),
    await chainCost('direct hop, full batches', 'direct', 'full'),
    await chainCost('direct hop, one a second', 'direct', TRICKLE),
    await chainCost('direct hop, each alone', 'direct', ALONE),
    await clientCost('message of a client, full batches', 'full'),
    await clientCost('message of a client, one a second', TRICKLE),
    await clientCost('message of a client, each alone', ALONE),
    await chainCost('request and reply, full batches', 'ask', 'full'),
    await chainCost('request and reply, one a second', 'ask', TRICKLE),
    await chainCost('request and reply, each alone', 'ask', ALONE),
    await vehicleCost(),
  ];
}
