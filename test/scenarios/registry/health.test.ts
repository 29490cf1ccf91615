import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';

// Scales with a probe of their health, others without, and a third pair that nobody but the ladder asks.

const Weighed = event('Weighed', z.object({ by: z.string() }));
const Weigh = command('Weigh', z.object({ parcel: z.string() }), { reply: Weighed });
const Sorted = event('Sorted', z.object({}));
const Sort = command('Sort', z.object({ parcel: z.string() }), { reply: Sorted });

const depot = defineTopology('depot', {
  channels: {
    weighing: {
      carries: [Weigh],
      qos: { priorities: ['normal'], expires: '2 days' },
      escalation: [{ agent: 'another', times: 2 }],
      default: true,
    },
    alone: { carries: [Sort], qos: { priorities: ['normal'], expires: '2 days' } },
    chosen: { carries: [Weigh], qos: { priorities: ['normal'], expires: '2 days' }, selection: 'least-loaded' },
    weights: { carries: [Weighed, Sorted] },
  },
  agents: {
    scales: { runs: 'worker', subscribes: ['weighing', 'alone', 'chosen'] },
    second: { runs: 'worker', subscribes: ['weighing', 'chosen'], health: { failures: 0.6 } },
    third: { subscribes: ['weighing'] },
    watcher: { subscribes: ['system.agents'] },
  },
  clients: { counter: { publishes: [Weigh, Sort] } },
});

let ill: Record<string, boolean>;
let heard: string[];
let weighed: string[];
let fails: boolean;
let world: Harness;

beforeEach(() => {
  [ill, heard, weighed, fails] = [{}, [], [], false];
  const well = (id: string) => () => {
    if (ill[id]) throw new Error('no calibration');
  };
  const weigh =
    (by: string) =>
    ({ data: { parcel } }: { data: { parcel: string } }) => {
      if (fails) throw new Error('jammed');
      weighed.push(`${by} ${parcel}`);
      return { by };
    };
  const agents = [
    createAgent(depot, 'scales').handle(
      {
        Weigh: weigh('scales'),
        Sort: ({ data: { parcel } }) => {
          weighed.push(`sorted ${parcel}`);
          return {};
        },
      },
      { health: well('scales') },
    ),
    createAgent(depot, 'second').handle({ Weigh: weigh('second') }, { health: well('second') }),
    createAgent(depot, 'third').handle({ Weigh: weigh('third') }),
    createAgent(depot, 'watcher').handle({
      AgentStatusChanged: ({ data: { agent, from = '-', status } }) => void heard.push(`${agent} ${from}>${status}`),
      AgentWentDown: ({ data: { agent, cause } }) => void heard.push(`${agent} down: ${cause}`),
      AgentCameBack: ({ data: { agent } }) => void heard.push(`${agent} back`),
      ResourceThresholdCrossed: ({ data: { agent, resource, crossed } }) =>
        void heard.push(`${agent} ${resource} ${crossed}`),
    }),
  ];
  world = createHarness(depot, { agents: agents.map((one) => one.with({})) });
});

const of = (agent: string) => heard.filter((one) => one.startsWith(`${agent} `));
const seconds = (from: number) => (world.now().getTime() - from) / 1_000;

it('an agent whose probe fails takes nothing, is told to be down once, and back once when its probe succeeds', async () => {
  await world.agents.start('scales', { instance: 'a' });
  await world.advance('2 minutes');
  ill['scales'] = true;
  await world.advance('10 minutes');
  expect(await world.agents.list({ agent: 'scales' })).toMatchObject([
    { status: 'failed', cause: 'its probe says: no calibration' },
  ]);
  await world.publish(Sort, { parcel: 'p' });
  await world.advance('1 hour');
  expect(weighed).toEqual([]);
  ill['scales'] = false;
  await world.advance('10 minutes');
  expect(weighed).toEqual(['sorted p']);
  // What one look tells comes in any order.
  const [statuses, health] = [/>/, /down|back/].map((kind) => of('scales').filter((one) => kind.test(one)));
  expect(statuses).toEqual([
    ...['scales ->ready', 'scales ready>failed', 'scales failed>initializing', 'scales initializing>ready'],
  ]);
  expect(health).toEqual(['scales down: a is failed: its probe says: no calibration', 'scales back']);
});

it('its open requests move up their ladders at once, past others that are down, and are answered once', async () => {
  await world.agents.start('scales', { instance: 'a' });
  await world.agents.start('second', { instance: 'a' });
  await world.advance('2 minutes');
  [ill['scales'], ill['second']] = [true, true];
  // Both have said so, and nobody has looked yet.
  await world.advance('30 seconds');
  const began = world.now().getTime();
  const reply = await world.request(Weigh, { parcel: 'p' }, { channel: 'weighing', timeout: '1 day' });
  expect([reply.by, seconds(began) <= 90]).toEqual(['third', true]);
  [ill['scales'], ill['second']] = [false, false];
  await world.settle();
  // What had waited for them is not done once more.
  expect(weighed).toEqual(['third p']);
});

it('a request that nobody else can answer waits for the agent to come back', async () => {
  await world.agents.start('scales', { instance: 'a' });
  ill['scales'] = true;
  await world.advance('2 minutes');
  const { correlationId } = await world.publish(Sort, { parcel: 'p' }, { deadline: '1 day' });
  await world.advance('1 hour');
  ill['scales'] = false;
  await world.advance('5 minutes');
  const ends = world
    .conversation(correlationId)
    .entries.flatMap((one) => (one.kind === 'request' ? [one.request] : []));
  expect(ends).toMatchObject([{ state: 'replied' }]);
  expect(weighed).toEqual(['sorted p']);
});

it('an instance that is ill leaves the lanes to the others, and its agent is not down', async () => {
  await world.agents.start('scales', { instance: 'a' });
  ill['scales'] = true;
  await world.advance('1 minute');
  await world.agents.start('second', { instance: 'a' });
  const reply = await world.request(Weigh, { parcel: 'p' }, { channel: 'chosen', timeout: '1 hour' });
  expect(reply.by).toBe('second');
  expect(of('second').join()).not.toContain('down');
});

it('an agent most of whose tries fail has failed and is out of the pool, but is not down: no client takes it down', async () => {
  await world.agents.start('second', { instance: 'a' });
  await world.agents.start('scales', { instance: 'a' });
  await world.advance('2 minutes');
  fails = true;
  for (let index = 0; index < 30; index += 1)
    await world.publish(Weigh, { parcel: `p-${index}` }, { to: 'second', channel: 'weighing' });
  await world.advance('2 minutes');
  fails = false;
  expect(of('second')).toContain('second ready>failed');
  expect(of('second')).toContain('second failures above');
  expect((await world.agents.list({ agent: 'second' }))[0]?.cause).toMatch(/of its last \d+ tries failed/);
  await world.advance('1 hour');
  const told = of('second').filter((one) => /failures|down|back/.test(one));
  expect(told).toEqual(['second failures above', 'second failures below']);
});
