import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { startInProcess } from 'laneway/in-process';
import * as z from 'zod';

// Weighers are workers, of which several may be there; a clerk runs on Lambda; a watcher hears who comes and goes.

const Weighed = event('Weighed', z.object({ parcel: z.string() }));
const Weigh = command('Weigh', z.object({ parcel: z.string() }), { reply: Weighed });
const Filed = event('Filed', z.object({ parcel: z.string() }));
const File = command('File', z.object({ parcel: z.string() }), { reply: Filed });

const depot = defineTopology('depot', {
  channels: {
    weighing: { carries: [Weigh], qos: { priorities: ['normal'], expires: '2 hours' } },
    filing: { carries: [File], qos: { priorities: ['normal'], expires: '2 hours' } },
    results: { carries: [Weighed, Filed] },
  },
  agents: {
    weigher: { runs: 'worker', role: 'worker', capabilities: ['scales', 'crane'], subscribes: ['weighing'] },
    clerk: { capabilities: ['filing'], subscribes: ['filing'] },
    watcher: { subscribes: ['system.agents'] },
  },
  clients: {
    counter: { publishes: [Weigh, File], findsAgents: true },
    van: { publishes: [Weigh] },
  },
});

const ANA = { by: 'ana', why: 'new belts' };
let weighed: string[];
let heard: string[];

const agents = () => [
  createAgent(depot, 'weigher').handle({
    Weigh: ({ data: { parcel } }) => {
      weighed.push(parcel);
      return { parcel };
    },
  }),
  createAgent(depot, 'clerk').handle({ File: ({ data: { parcel } }) => ({ parcel }) }),
  createAgent(depot, 'watcher').handle({
    AgentStatusChanged: ({ data: { agent, instance, from = '-', status, cause } }) =>
      void heard.push(`${agent}/${instance} ${from}>${status}: ${cause}`),
    otherwise: () => undefined,
  }),
];

beforeEach(() => {
  weighed = [];
  heard = [];
});

const names = (found: readonly { readonly agent: string; readonly instance: string }[]) =>
  found.map(({ agent, instance }) => `${agent}/${instance}`);
const code = (one: string) => expect.objectContaining({ code: one }) as Error;
const ofWeigher = () => heard.filter((one) => one.startsWith('weigher'));

describe('agents of a harness', () => {
  let world: Harness;
  beforeEach(() => {
    world = createHarness(depot, { agents: agents() });
  });

  it('are one instance each until a test starts others', async () => {
    expect(names(await world.agents.list())).toEqual(['weigher/own', 'clerk/function', 'watcher/function']);
    expect(names(await world.agents.find({ capabilities: ['scales', 'crane'] }))).toEqual(['weigher/own']);
    expect((await world.agents.list()).map(({ status }) => status)).toEqual(['ready', 'ready', 'ready']);
  });

  it('are offline after a minute of silence, their work done by others, and used again when they are back', async () => {
    await world.agents.start('weigher', { instance: 'a' });
    await world.agents.start('weigher', { instance: 'b', zone: 'north', version: 'v2', maxConcurrentTasks: 1 });
    await world.advance('2 minutes');
    expect(ofWeigher()).toEqual(['weigher/a ->ready: it takes messages', 'weigher/b ->ready: it takes messages']);
    world.faults.crash('weigher', 'before-outcome');
    await world.publish(Weigh, { parcel: 'p-1' });
    await world.advance('1 second');
    const dead = (await world.agents.list()).filter(({ agent }) => agent === 'weigher');
    expect(dead).toHaveLength(2);
    await world.advance('2 minutes');
    const [left, ...more] = await world.agents.find({ role: 'worker' });
    expect(more).toEqual([]);
    const gone = left?.instance === 'a' ? 'b' : 'a';
    expect(ofWeigher().slice(2)).toEqual([`weigher/${gone} ready>offline: silent for 60 seconds`]);
    await world.settle();
    expect([...new Set(weighed)]).toEqual(['p-1']);
    expect(weighed).toHaveLength(2);
    await world.agents.start('weigher', { instance: gone });
    await world.advance('2 minutes');
    expect(ofWeigher().slice(3)).toEqual([`weigher/${gone} offline>ready: it takes messages`]);
    world.agents.kill('weigher', left?.instance ?? '');
    await world.request(Weigh, { parcel: 'p-2' }, { timeout: '1 minute' });
    expect(weighed.at(-1)).toBe('p-2');
  });

  it('tell what they are: capabilities with proficiency, room, zone and version', async () => {
    await world.agents.start('weigher', { instance: 'a', capabilities: { scales: 0.4 }, zone: 'north', version: 'v2' });
    expect(await world.agents.list({ agent: 'weigher' })).toMatchObject([
      {
        ...{ instance: 'a', role: 'worker', runs: 'worker', zone: 'north', version: 'v2', status: 'ready' },
        ...{ capabilities: { scales: 0.4 }, currentTasks: 0, maxConcurrentTasks: 8 },
      },
    ]);
    expect(await world.agents.find({ capabilities: ['scales', 'crane'] })).toEqual([]);
    await expect(world.agents.start('weigher', { capabilities: { python: 1 } })).rejects.toThrow(
      code('UNKNOWN_CAPABILITY'),
    );
    await expect(world.agents.start('clerk')).rejects.toThrow(code('INVALID_OPTION'));
    await expect(world.agents.find({ capabilities: ['scale'] })).rejects.toThrow(/did you mean 'scales'/);
    await expect(world.agents.find({ role: 'boss' })).rejects.toThrow(code('UNKNOWN_ROLE'));
    await expect(world.agents.list({ status: 'idle' as never })).rejects.toThrow(code('UNKNOWN_STATUS'));
    await expect(world.agents.list({ agent: 'wegher' })).rejects.toThrow(code('UNKNOWN_AGENT'));
    expect(() => world.agents.kill('weigher', 'b')).toThrow(code('UNKNOWN_INSTANCE'));
  });

  it('take nothing new while they are drained, and what waited when they are resumed', async () => {
    await expect(world.agents.drain({ agent: 'weigher' }, ANA)).rejects.toThrow(code('LAST_CAPABLE'));
    await world.agents.drain({ agent: 'weigher' }, ANA, { force: true });
    await world.publish(Weigh, { parcel: 'p-1' });
    await world.advance('10 minutes');
    expect([weighed, await world.agents.find({ role: 'worker' })]).toEqual([[], []]);
    expect(ofWeigher()).toEqual(['weigher/own ->maintenance: drained by ana: new belts']);
    await world.agents.resume({ agent: 'weigher' }, ANA);
    await world.advance('2 minutes');
    expect(weighed).toEqual(['p-1']);
    expect(ofWeigher().slice(1)).toEqual(['weigher/own maintenance>ready: it takes messages']);
  });

  it('go on by their other instances while one is drained', async () => {
    await world.agents.start('weigher', { instance: 'a' });
    await world.agents.start('weigher', { instance: 'b' });
    await world.agents.drain({ agent: 'weigher', instance: 'a' }, ANA);
    await expect(world.agents.drain({ agent: 'weigher', instance: 'b' }, ANA)).rejects.toThrow(code('LAST_CAPABLE'));
    await world.request(Weigh, { parcel: 'p-1' }, { timeout: '1 minute' });
    world.agents.kill('weigher', 'b');
    await world.publish(Weigh, { parcel: 'p-2' });
    await world.advance('5 minutes');
    expect(weighed).toEqual(['p-1']);
    await world.agents.resume({ agent: 'weigher', instance: 'a' }, ANA);
    await world.settle();
    expect(weighed).toEqual(['p-1', 'p-2']);
  });

  it('are out of the pool while they are in quarantine, and beat no more', async () => {
    await world.agents.start('weigher', { instance: 'a' });
    await world.quarantine('weigher', ANA);
    await world.quarantine('clerk', ANA);
    await world.advance('3 minutes');
    const statuses = (await world.agents.list()).map(({ agent, status }) => `${agent} ${status}`);
    expect(statuses).toEqual(['weigher offline', 'clerk offline', 'watcher ready']);
    await world.release('weigher', ANA);
    await world.advance('2 minutes');
    expect(names(await world.agents.find({ role: 'worker' }))).toEqual(['weigher/a']);
  });

  it('are drained and stopped by themselves at the end', async () => {
    await world.agents.start('weigher', { instance: 'a' });
    await world.advance('1 minute');
    await world.agents.stop('weigher', 'a');
    await world.advance('1 minute');
    expect(ofWeigher()).toEqual(['weigher/a ->ready: it takes messages', 'weigher/a ready>offline: it has ended']);
  });
});

it('messages of an application cost the registry nothing', async () => {
  const world = createHarness(depot, { agents: agents() });
  world.faults.outage({ port: 'registry', for: '1 day', who: 'weigher' });
  for (let index = 0; index < 20; index += 1)
    await world.request(Weigh, { parcel: `p-${index}` }, { timeout: '1 minute' });
  expect([weighed.length, world.faults.struck]).toEqual([20, 0]);
  // A heartbeat is one.
  await world.agents.start('weigher');
  expect(world.faults.struck).toBeGreaterThan(0);
});

describe('agents in process', () => {
  it('are found by clients that declare it, and drained by operators', async () => {
    const app = await startInProcess(depot, { agents: agents(), log: quiet });
    try {
      expect(names(await app.client('counter').agents.find({ capabilities: ['filing'] }))).toEqual(['clerk/function']);
      await expect(app.client('van').agents.find()).rejects.toThrow(code('NOT_DECLARED'));
      await app.agents.drain({ agent: 'clerk' }, ANA, { force: true });
      expect(await app.client('counter').agents.find({ capabilities: ['filing'] })).toEqual([]);
      const asked = app.request(File, { parcel: 'p-1' }, { timeout: '1 minute' });
      await app.agents.resume({ agent: 'clerk' }, ANA);
      expect(await asked).toEqual({ parcel: 'p-1' });
    } finally {
      await app.stop();
    }
  });
});

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
