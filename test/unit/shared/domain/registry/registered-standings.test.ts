import type { AgentHealth } from '../../../../../shared/domain/registry/health.js';
import type { InstanceState, InstanceReport } from '../../../../../shared/domain/registry/instance.js';
import { RegisteredStandings, type StandingTerms } from '../../../../../shared/domain/registry/registered-standings.js';
import { lookAtFunction, lookAtInstance } from '../../../../../shared/domain/registry/standing.js';
import type { AgentStanding } from '../../../../../shared/domain/selection/standing.js';
import { ManualClock } from '../../../../../shared/testing/memory/manual-clock.js';
import { MemoryRegistry } from '../../../../../shared/testing/memory/registry/memory-registry.js';

const FUNCTION = { state: 'active', mappings: 1, enabled: 1, waiting: 0, inHand: 0, most: 20 } as const;

function stand(terms: StandingTerms = { agents: {} }) {
  const clock = new ManualClock();
  const registry = new MemoryRegistry(clock);
  const counted = { completed: 0, failed: 0 };
  const counts = {
    of: (agents: readonly string[]) =>
      Promise.resolve(agents.map((agent): AgentStanding => ({ agent, available: true, open: 3, ...counted }))),
  };
  const warned: string[] = [];
  const warn = (text: string) => void warned.push(text);
  const standings = new RegisteredStandings({ counts, registry, clock, terms, warn }, 50);
  const now = () => new Date(clock.now()).toISOString();
  const start = async (instance: string, zone: string, report: InstanceReport = {}, state: InstanceState = 'ready') => {
    const name = { application: 'shop', agent: 'weigher', instance };
    const facts = { ...name, capabilities: {}, maxConcurrentTasks: 4, zone, started: now() };
    const { epoch } = await registry.register(facts);
    await registry.beat({ ...name, epoch, beat: 1, at: now(), state, currentTasks: 1, report });
    const claim = (await registry.of('weigher')).claims.find((one) => one.instance === instance);
    const failures = terms.agents['weigher']?.health?.failures;
    if (claim) await registry.stand(lookAtInstance(claim, { failures }, undefined, clock.now()), undefined);
  };
  return {
    ...{ clock, registry, counted, start, warned },
    pass: (seconds: number) => clock.advanceTo(clock.now() + seconds * 1_000),
    of: async (agent = 'weigher') => (await standings.of([agent]))[0],
  };
}

it('counts an agent of which nobody was ever seen as available', async () => {
  expect(await stand().of()).toEqual({ agent: 'weigher', available: true, open: 3, completed: 0, failed: 0 });
});

it('adds up room and tries of the instances that take messages, with their zone while it is one', async () => {
  const { start, of, counted } = stand();
  await start('a', 'north', { completed: 5, failed: 1 });
  expect(await of()).toEqual({
    ...{ agent: 'weigher', available: true, open: 3, room: 4, completed: 5, failed: 1, zone: 'north' },
  });
  await start('b', 'south', { completed: 2 });
  await start('c', 'north', { ill: 'no disk', completed: 100 });
  expect(await of()).toEqual({ agent: 'weigher', available: true, open: 3, room: 8, completed: 7, failed: 1 });
  Object.assign(counted, { completed: 1, failed: 1 });
  expect(await of()).toMatchObject({ completed: 1, failed: 1 });
});

it('has an agent out of the pool while all of its instances are silent, ill or drained', async () => {
  const { clock, registry, start, pass, of } = stand();
  await start('a', 'north');
  await registry.drain({ agent: 'weigher', by: 'ana', why: 'disk', since: new Date(clock.now()).toISOString() });
  expect(await of()).toMatchObject({ available: false });
  await registry.resume({ agent: 'weigher' });
  expect(await of()).toMatchObject({ available: true });
  pass(60);
  expect(await of()).toMatchObject({ available: false });
  await start('b', 'north', { ill: 'no disk' });
  expect(await of()).toMatchObject({ available: false });
});

it('has an agent that is down out of the pool although its instances are forgotten', async () => {
  const { registry, of } = stand();
  const since = new Date(0).toISOString();
  const health: AgentHealth = { agent: 'weigher', state: 'down', since, above: [], changes: 1, untold: [] };
  await registry.assess(health, undefined);
  expect(await of()).toMatchObject({ available: false });
  expect(await of('other')).toMatchObject({ available: true });
});

it('knows a function by the last look of the platform, and its drain at once', async () => {
  const { clock, registry, of } = stand();
  const standing = lookAtFunction('weigher', FUNCTION, undefined, undefined, clock.now());
  await registry.stand(standing, undefined);
  expect(await of()).toMatchObject({ available: true, room: 20 });
  await registry.drain({ agent: 'weigher', by: 'ana', why: 'disk', since: new Date(clock.now()).toISOString() });
  expect(await of()).toMatchObject({ available: false });
});

it('allows the silence and the failures that the topology gives', async () => {
  const { start, pass, of } = stand({
    heartbeat: '2 minutes',
    agents: { weigher: { runs: 'worker', health: { failures: 0.9 } } },
  });
  await start('a', 'north', { completed: 10, failed: 30 });
  pass(239);
  expect(await of()).toMatchObject({ available: true, room: 4 });
  pass(1);
  expect(await of()).toMatchObject({ available: false });
  await start('b', 'north', { completed: 3, failed: 27 });
  expect(await of()).toMatchObject({ available: false });
});

it('goes by what an agent runs as now, whatever it left when it ran as the other', async () => {
  const before = stand({ agents: { weigher: { runs: 'lambda' } } });
  await before.start('a', 'north', {}, 'gone');
  expect(await before.of()).toMatchObject({ available: true });
  const since = stand({ agents: { weigher: { runs: 'worker' } } });
  const off = lookAtFunction('weigher', { ...FUNCTION, enabled: 0 }, undefined, undefined, since.clock.now());
  await since.registry.stand(off, undefined);
  expect(await since.of()).toMatchObject({ available: true });
});

it('goes by the counts alone while the registry cannot be read, or not in time, and says so once', async () => {
  const { registry, start, of, pass, warned } = stand();
  await start('a', 'north');
  pass(60);
  const { of: read } = registry;
  const alone = { agent: 'weigher', available: true, open: 3, completed: 0, failed: 0 };
  registry.of = () => Promise.reject(new Error('throttled'));
  expect(await of()).toEqual(alone);
  registry.of = () => new Promise(() => undefined);
  expect(await of()).toEqual(alone);
  expect(warned).toEqual([expect.stringContaining('throttled')]);
  registry.of = read;
  expect(await of()).toMatchObject({ available: false });
  registry.of = () => new Promise(() => undefined);
  expect(await of()).toEqual(alone);
  expect(warned[1]).toContain('no answer of the registry within 0.05 seconds');
});
