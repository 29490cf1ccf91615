import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import type { Choice } from '../../../shared/domain/selection/selection.js';

// Two scales whose workers beat every two minutes. The first puts replies off; a ladder has the second to ask.

const Weighed = event('Weighed', z.object({ by: z.string() }));
const Weigh = command('Weigh', z.object({ parcel: z.string() }), { reply: Weighed });
const Settled = event('Settled', z.object({ parcel: z.string() }));

const depot = defineTopology('slow-depot', {
  defaults: { heartbeat: '2 minutes' },
  channels: {
    weighing: {
      carries: [Weigh],
      qos: { priorities: ['normal'], expires: '1 day' },
      escalation: [{ agent: 'another', times: 2 }],
      default: true,
    },
    chosen: { carries: [Weigh], qos: { priorities: ['normal'], expires: '1 day' }, selection: 'least-loaded' },
    weights: { carries: [Weighed] },
    springs: { carries: [Settled] },
  },
  agents: {
    scales: { runs: 'worker', subscribes: ['weighing', 'chosen', 'springs'] },
    second: { runs: 'worker', subscribes: ['weighing', 'chosen'] },
  },
  clients: { counter: { publishes: [Weigh, Settled] } },
});

let weighed: string[];
let world: Harness;

beforeEach(async () => {
  weighed = [];
  const agents = [
    createAgent(depot, 'scales').handle({
      Weigh: ({ data: { parcel } }, { replyLater }) => {
        weighed.push(`scales ${parcel}`);
        return replyLater({ key: parcel, within: '10 hours' });
      },
      Settled: async ({ data: { parcel } }, { replyTo }) => {
        await replyTo(Weigh, parcel, { by: 'scales' });
      },
    }),
    createAgent(depot, 'second').handle({
      Weigh: ({ data: { parcel } }) => {
        weighed.push(`second ${parcel}`);
        return { by: 'second' };
      },
    }),
  ];
  world = createHarness(depot, { agents: agents.map((one) => one.with({})) });
  await world.agents.start('scales', { instance: 'a' });
  await world.agents.start('second', { instance: 'a' });
  await world.advance('3 minutes');
});

function states(correlationId: string) {
  const { entries } = world.conversation(correlationId);
  return entries.flatMap((one) => (one.kind === 'request' ? [`${one.request.state} ${one.request.type}`] : []));
}

it('a command that an agent has done before it went waits for the reply that was put off, and is not done by another', async () => {
  const { correlationId } = await world.publish(
    Weigh,
    { parcel: 'p' },
    { to: 'scales', channel: 'weighing', deadline: '12 hours' },
  );
  await world.advance('1 minute');
  expect(weighed).toEqual(['scales p']);
  // A restart that takes longer than the minute that it has.
  await world.agents.stop('scales', 'a');
  await world.advance('10 minutes');
  expect(weighed).toEqual(['scales p']);
  await world.agents.start('scales', { instance: 'b' });
  await world.publish(Settled, { parcel: 'p' });
  await world.settle();
  expect([weighed, states(correlationId)]).toEqual([['scales p'], ['replied Weigh']]);
});

it('an instance that beats every two minutes is there for whoever chooses, 119 seconds after its last heartbeat', async () => {
  await world.advance('59 seconds');
  const { correlationId } = await world.publish(Weigh, { parcel: 'q' }, { channel: 'chosen' });
  const { entries } = world.conversation(correlationId);
  const choices = entries.flatMap((one): Choice[] => (one.kind === 'message' ? [one.intent.choice ?? []].flat() : []));
  expect(choices).toMatchObject([{ runnersUp: [{}] }]);
  expect(choices[0]).not.toHaveProperty('passedOver');
});
