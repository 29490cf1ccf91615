import { InstanceLease, registrationOf } from '../../../../shared/agent/registry/instance-lease.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { RecentTries } from '../../../../shared/domain/selection/recent-tries.js';
import { ManualClock } from '../../../../shared/testing/memory/manual-clock.js';
import { MemoryRegistry } from '../../../../shared/testing/memory/registry/memory-registry.js';
import { instanceName, Presence } from '../../../../shared/worker/presence.js';
import { depot } from '../../../kit/applications/fixture-topology.js';

function stand(instance = 'one') {
  const clock = new ManualClock();
  const registry = new MemoryRegistry(clock);
  const told: string[] = [];
  const tasks = { packer: 0, weigher: 0 };
  const tries = { packer: new RecentTries(clock), weigher: new RecentTries(clock) };
  const ill = new Map<string, string>();
  let probe = (agent: string, _ending: AbortSignal): Promise<string | undefined> => Promise.resolve(ill.get(agent));
  let tick: () => void = () => undefined;
  let ended = false;
  const events = {
    tasksOf: (agent: string) => tasks[agent as 'packer'],
    changed: () => void told.push('changed'),
    replaced: () => void told.push('replaced'),
    warn: (text: string) => void told.push(text),
    repeat: (run: () => void, ms: number) => {
      expect(ms).toBe(30_000);
      tick = run;
      return () => void (ended = true);
    },
  };
  const make = (name = instance) =>
    new Presence(
      ['packer', 'weigher'].map((agent) => {
        const facts = { instance: name, maxConcurrentTasks: 2 };
        const ports = { clock, registry };
        const lease = new InstanceLease(registrationOf(depot.model, agent, facts, clock.now()), ports);
        return { lease, probe: (ending) => probe(agent, ending), tries: tries[agent as 'packer'] };
      }),
      undefined,
      50,
    );
  const beats = async () => {
    clock.advanceTo(clock.now() + 30_000);
    tick();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const claim = async (agent = 'packer') => (await registry.of(agent)).claims[0];
  const probeBy = (another: typeof probe) => void (probe = another);
  return { registry, told, tasks, tries, ill, events, make, beats, claim, probeBy, isEnded: () => ended };
}

it('registers an instance of each agent, beats every 30 seconds with what is in hand, and takes its leave', async () => {
  const { make, events, beats, claim, tasks, told, isEnded } = stand();
  const presence = make();
  await presence.begin(events);
  expect(await claim()).toMatchObject({ instance: 'one', epoch: 1, beat: 1, state: 'ready', maxConcurrentTasks: 2 });
  tasks.packer = 2;
  await beats();
  expect([await claim(), await claim('weigher')]).toMatchObject([
    { beat: 2, currentTasks: 2 },
    { beat: 2, currentTasks: 0 },
  ]);
  await presence.drain(events);
  expect(await claim()).toMatchObject({ state: 'draining', currentTasks: 2 });
  await presence.leave(events);
  expect([await claim(), await claim('weigher')]).toMatchObject([{ state: 'gone' }, { state: 'gone' }]);
  expect([isEnded(), told]).toEqual([true, []]);
});

it('takes nothing for an agent that is drained, as of the next heartbeat, and again when it is resumed', async () => {
  const { make, events, beats, registry, told } = stand();
  const presence = make();
  await presence.begin(events);
  await registry.drain({ agent: 'packer', instance: 'one', by: 'ana', why: 'disk', since: '2026-01-01T00:00:00.000Z' });
  await registry.drain({
    agent: 'weigher',
    instance: 'two',
    by: 'ana',
    why: 'disk',
    since: '2026-01-01T00:00:00.000Z',
  });
  expect(presence.takes('packer')).toBe(true);
  await beats();
  expect([presence.takes('packer'), presence.takes('weigher'), told]).toEqual([false, true, ['changed']]);
  await registry.resume({ agent: 'packer', instance: 'one' });
  await beats();
  expect([presence.takes('packer'), told]).toEqual([true, ['changed', 'changed']]);
});

it('ends when another instance takes its name, and does not take it back', async () => {
  const { make, events, beats, claim, told } = stand();
  await make().begin(events);
  const second = make();
  await second.begin({ ...events, repeat: () => () => undefined });
  await beats();
  expect(told).toContain('replaced');
  expect(await claim()).toMatchObject({ epoch: 2, beat: 1 });
});

it('works on while the registry cannot be reached, and registers when it can', async () => {
  const { make, events, beats, registry, claim, told } = stand();
  const register = registry.register.bind(registry);
  registry.register = () => Promise.reject(new LanewayError('UNAVAILABLE', 'the table is throttled'));
  const presence = make();
  await presence.begin(events);
  expect([presence.takes('packer'), told[0]]).toEqual([true, expect.stringContaining('throttled')]);
  registry.register = register;
  await beats();
  expect(await claim()).toMatchObject({ epoch: 1, state: 'ready' });
});

it('does not begin in the registry of another application, nor under a name that cannot be', async () => {
  const { make, events, registry } = stand();
  const foreign = { application: 'bank', agent: 'packer', instance: 'one', capabilities: {}, maxConcurrentTasks: 1 };
  await registry.register({ ...foreign, started: '2026-01-01T00:00:00.000Z' });
  await expect(make().begin(events)).rejects.toMatchObject({ code: 'FOREIGN_HEARTBEAT' });
  await expect(make('a b').begin(events)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

it('names processes of one machine apart, whatever the machine is called', () => {
  const names = [instanceName('ip-10-0-0-1'), instanceName('ip-10-0-0-1'), instanceName('höst name'.repeat(20))];
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[\w.:-]{1,64}$/);
});

it('takes nothing new for an agent whose probe says that it is ill, says why, and takes again when it is well', async () => {
  const { ill, told, tries, events, make, beats, claim } = stand();
  const presence = make();
  await presence.begin(events);
  tries.packer.note(true);
  tries.packer.note(false);
  ill.set('packer', 'no database');
  await beats();
  expect([presence.takes('packer'), presence.takes('weigher')]).toEqual([false, true]);
  expect(presence.illnessOf('packer')).toBe('no database');
  expect(told).toEqual(['packer is ill, and takes nothing new: no database', 'changed']);
  expect(await claim()).toMatchObject({ report: { ill: 'no database', completed: 1, failed: 1 } });
  expect((await claim())?.report?.memory).toBeGreaterThan(0);
  await beats();
  expect(told).toHaveLength(2);
  ill.delete('packer');
  await beats();
  expect(presence.takes('packer')).toBe(true);
  expect(told.slice(2)).toEqual(['changed']);
  expect((await claim())?.report?.ill).toBeUndefined();
});

it('keeps no agent silent for the sake of another whose probe takes long, which it does not probe side by side', async () => {
  const { events, make, beats, claim, probeBy } = stand();
  const presence = make();
  await presence.begin(events);
  const [probed, ending]: [string[], AbortSignal[]] = [[], []];
  probeBy((agent, signal) => {
    probed.push(agent);
    ending.push(signal);
    return agent === 'packer'
      ? new Promise((resolve) => (signal.onabort = () => resolve('late')))
      : Promise.resolve('');
  });
  await beats();
  await beats();
  await beats();
  expect([await claim(), await claim('weigher')]).toMatchObject([{ beat: 1 }, { beat: 4 }]);
  expect(probed.filter((agent) => agent === 'packer')).toHaveLength(1);
  // Whoever ends asks no probe, and ends those that are asked; what they say of their end is no illness.
  await presence.drain(events);
  expect([probed.length, ending.every(({ aborted }) => aborted)]).toEqual([4, true]);
  expect(await claim()).toMatchObject({ beat: 3, state: 'draining', report: { completed: 0, failed: 0 } });
  expect(presence.illnessOf('packer')).toBeUndefined();
});

it('takes its leave in time although heartbeats do not end, and of the agents whose do', async () => {
  const { events, make, beats, claim, registry } = stand();
  const presence = make();
  await presence.begin(events);
  const beat = registry.beat.bind(registry);
  registry.beat = (given) => (given.agent === 'packer' ? new Promise(() => undefined) : beat(given));
  await beats();
  void presence.drain(events);
  await presence.leave(events);
  expect([await claim(), await claim('weigher')]).toMatchObject([{ state: 'ready' }, { state: 'gone' }]);
});
