import type { FunctionState } from '../../../../../shared/domain/registry/function-state.js';
import {
  consumers,
  drainAgent,
  resumeAgent,
  type AgentDrainServices,
} from '../../../../../shared/operator/agents/drain-agent.js';
import { quarantineParty, releaseParty } from '../../../../../shared/operator/quarantine/quarantine.js';
import { depot } from '../../../../kit/applications/fixture-topology.js';
import { platformWorld } from '../../../../kit/stands/platform-world.js';

const ANA = { by: 'ana', why: 'a new disk' };
const WELL: FunctionState = { state: 'active', mappings: 1, enabled: 1, waiting: 0, inHand: 0 };

function stand() {
  const world = platformWorld(depot);
  const done: string[] = [];
  const fails = new Set<string>();
  const step = (name: string) => async () => {
    done.push(name);
    if (fails.has(name)) throw new Error(`${name} is not allowed`);
    return Promise.resolve(`${name} is done`);
  };
  const services: AgentDrainServices = {
    ...world,
    agentFunctions: { stateOf: () => Promise.resolve(WELL) },
    confinement: { pause: step('pause'), resume: step('resume') },
  };
  const started = new Date(world.clock.now()).toISOString();
  const register = async (instance: string) => {
    const name = { application: 'fixture-depot', agent: 'weigher', instance };
    const { epoch } = await world.registry.register({ ...name, capabilities: {}, maxConcurrentTasks: 1, started });
    await world.registry.beat({ ...name, epoch, beat: 1, at: started, state: 'ready', currentTasks: 0 });
  };
  return { world, services, done, fails, register };
}

const code = (one: string) => expect.objectContaining({ code: one }) as Error;

it('disables the mappings of a function, notes who and why, and gives them back', async () => {
  const { world, services, done } = stand();
  const drained = await drainAgent({ agent: 'clerk' }, ANA, { force: true }, services);
  expect(drained.steps.map(({ step, done: isDone }) => `${step} ${isDone}`)).toEqual([
    'record true',
    'consumers true',
    'note true',
  ]);
  expect(await world.registry.drainsOf('clerk')).toEqual([drained.drain]);
  await resumeAgent({ agent: 'clerk' }, { by: 'ben', why: 'it is in' }, services);
  expect(done).toEqual(['pause', 'resume']);
  expect(await world.registry.drainsOf('clerk')).toEqual([]);
  const notes = await world.entries('drain:clerk', 'operator');
  expect(notes).toMatchObject([
    { operator: { action: 'drain', by: 'ana', why: 'a new disk', party: 'agent.clerk' } },
    { operator: { action: 'resume', by: 'ben' } },
  ]);
});

it.each([
  [undefined, 'within 30 seconds'],
  ['5 minutes', 'within 300 seconds'],
] as const)('a worker heeds it with its next heartbeat: %s', async (heartbeat, within) => {
  const { services } = stand();
  const topology = { model: { ...depot.model, ...(heartbeat && { heartbeat }) } };
  expect(await consumers({ agent: 'weigher' }, { ...services, topology }, 'pause')).toContain(within);
});

it('refuses to drain the last who can do something, says what that is, and does it by force', async () => {
  const { services, register, world } = stand();
  await register('one');
  const one = { agent: 'weigher', instance: 'one' };
  await expect(drainAgent(one, ANA, {}, services)).rejects.toThrow(code('LAST_CAPABLE'));
  await expect(drainAgent(one, ANA, {}, services)).rejects.toThrow(
    /'one' of agent 'weigher' is the last .* for ScanShelf/,
  );
  expect(await world.registry.drainsOf('weigher')).toEqual([]);
  expect(await world.entries('drain:weigher', 'operator')).toMatchObject([
    { operator: { action: 'drain-refused', by: 'ana', why: 'a new disk', party: 'agent.weigher', instance: 'one' } },
  ]);
  await register('two');
  await drainAgent(one, ANA, {}, services);
  await expect(drainAgent({ ...one, instance: 'two' }, ANA, {}, services)).rejects.toThrow(code('LAST_CAPABLE'));
  await expect(drainAgent({ agent: 'weigher' }, ANA, {}, services)).rejects.toThrow(code('LAST_CAPABLE'));
  await drainAgent({ agent: 'weigher' }, ANA, { force: true }, services);
  expect(await world.registry.drainsOf('weigher')).toHaveLength(2);
});

it('lets an agent be drained whose only instance is offline already', async () => {
  const { services, register, world } = stand();
  await register('one');
  world.clock.advanceTo(world.clock.now() + 1);
  const started = new Date(world.clock.now()).toISOString();
  await world.registry.beat({
    ...{ application: 'fixture-depot', agent: 'weigher', instance: 'one', epoch: 1, beat: 2, at: started },
    ...{ state: 'gone', currentTasks: 0 },
  });
  expect((await drainAgent({ agent: 'weigher' }, ANA, {}, services)).drain).toMatchObject({ agent: 'weigher' });
});

it('refuses unknown agents and instances, and an instance of a function, each by its own error', async () => {
  const { services, register } = stand();
  await register('one');
  const refused = (agent: string, instance?: string) =>
    expect(drainAgent({ agent, ...(instance && { instance }) }, ANA, {}, services)).rejects;
  await refused('weiger').toThrow(code('UNKNOWN_AGENT'));
  await refused('weigher', 'on').toThrow(code('UNKNOWN_INSTANCE'));
  await refused('weigher', 'on').toThrow(/did you mean 'one'/);
  await refused('clerk', 'one').toThrow(code('INVALID_OPTION'));
  await expect(resumeAgent({ agent: 'clerk' }, ANA, services)).rejects.toThrow(code('NOT_FOUND'));
  await expect(drainAgent({ agent: 'clerk' }, { by: 'ana', why: ' ' }, {}, services)).rejects.toThrow(
    code('INVALID_OPTION'),
  );
});

it('keeps what failed for the same command, which completes it', async () => {
  const { services, fails, world } = stand();
  await drainAgent({ agent: 'clerk' }, ANA, { force: true }, services);
  fails.add('resume');
  const failed = await resumeAgent({ agent: 'clerk' }, ANA, services);
  expect(failed.steps[0]).toMatchObject({ step: 'consumers', done: false });
  expect(await world.registry.drainsOf('clerk')).toHaveLength(1);
  fails.clear();
  await resumeAgent({ agent: 'clerk' }, ANA, services);
  expect(await world.registry.drainsOf('clerk')).toEqual([]);
  expect(await world.entries('drain:clerk', 'operator')).toHaveLength(2);
});

it('does not undo a quarantine, nor is undone by the release of one', async () => {
  const { services, done } = stand();
  const none = () => Promise.resolve('done');
  const confinement = {
    ...{ ...services.confinement, deny: none, allow: none, keep: none, keepAsBefore: none },
    gaps: () => Promise.resolve([]),
  };
  const clerk = { kind: 'agent', name: 'clerk' } as const;
  await drainAgent({ agent: 'clerk' }, ANA, { force: true }, services);
  await quarantineParty(clerk, ANA, { ...services, confinement });
  await expect(resumeAgent({ agent: 'clerk' }, ANA, services)).rejects.toThrow(code('REFUSED'));
  const { steps } = await releaseParty(clerk, ANA, { ...services, confinement });
  expect(steps.find(({ step }) => step === 'consumers')?.told).toBe('drained: laneway agents resume clerk');
  expect(done).toEqual(['pause', 'pause']);
  await resumeAgent({ agent: 'clerk' }, ANA, services);
  expect(done).toEqual(['pause', 'pause', 'resume']);
});
