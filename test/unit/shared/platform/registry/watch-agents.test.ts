import type { FunctionState } from '../../../../../shared/domain/registry/function-state.js';
import { watchAgents } from '../../../../../shared/platform/registry/watch-agents.js';
import { INTENT_GRACE_MS } from '../../../../../shared/publishing/publish-message.js';
import { depot } from '../../../../kit/applications/fixture-topology.js';
import { enquiry } from '../../../../kit/stands/enquiry-world.js';
import { platformWorld } from '../../../../kit/stands/platform-world.js';

const WELL: FunctionState = { state: 'active', mappings: 1, enabled: 1, waiting: 0, inHand: 0 };

function stand() {
  const world = platformWorld(depot);
  const functions = { state: WELL, fails: false };
  const services = {
    ...world,
    publishing: world.publishingAs('platform', 'registry'),
    agentFunctions: {
      stateOf: () => (functions.fails ? Promise.reject(new Error('throttled')) : Promise.resolve(functions.state)),
    },
  };
  const name = { application: 'fixture-depot', agent: 'packer', instance: 'one' };
  const started = new Date(world.clock.now()).toISOString();
  const facts = { ...name, capabilities: {}, maxConcurrentTasks: 2, started };
  return {
    world,
    services,
    functions,
    register: () => world.registry.register(facts),
    beat: (epoch: number, beat: number) =>
      world.registry.beat({
        ...{ ...name, epoch, beat, at: new Date(world.clock.now()).toISOString() },
        ...{ state: 'ready', currentTasks: 0 },
      }),
    pass: (seconds: number) => world.clock.advanceTo(world.clock.now() + seconds * 1_000),
    look: (stopAt = Infinity) => watchAgents(services, stopAt),
    told: () =>
      world
        .ofType('AgentStatusChanged')
        .map(({ data }) => data as { agent: string; instance: string; from?: string; status: string })
        .map(({ agent, instance, from = '-', status }) => `${agent}/${instance} ${from}>${status}`),
  };
}

it('tells every transition once, on system.agents, in the name of the platform', async () => {
  const { world, register, beat, pass, look, told } = stand();
  await register();
  await beat(1, 1);
  expect(await look()).toEqual({ instances: 2, changed: 2, told: 0, movedOn: 0, failed: 0, complete: true });
  expect(told().sort()).toEqual(['clerk/function ->ready', 'packer/one ->ready']);
  pass(30);
  await beat(1, 2);
  expect(await look()).toMatchObject({ changed: 0 });
  pass(60);
  await look();
  await look();
  pass(60);
  await look();
  await beat(1, 3);
  await look();
  await look();
  expect(told().slice(2)).toEqual(['packer/one ready>offline', 'packer/one offline>ready']);
  const [envelope] = world.ofType('AgentStatusChanged');
  expect(envelope).toMatchObject({ source: 'laneway.fixture-depot.platform.registry', channel: 'system.agents' });
});

it('publishes what a run that died had written, as the same message', async () => {
  const { world, services, register, look, pass, beat } = stand();
  await register();
  await beat(1, 1);
  const { registry } = services;
  const told = registry.told.bind(registry);
  registry.told = () => Promise.reject(new Error('the process died'));
  expect(await look()).toMatchObject({ changed: 0, failed: 2 });
  registry.told = told;
  pass(30);
  await beat(1, 2);
  await look();
  const messages = world.ofType('AgentStatusChanged').filter(({ data }) => JSON.stringify(data).includes('packer'));
  expect(messages).toHaveLength(2);
  expect(new Set(messages.map(({ id }) => id)).size).toBe(1);
});

it('looks at the others when one agent cannot be looked at, and stops when its time is over', async () => {
  const { world, functions, register, look, told } = stand();
  await register();
  functions.fails = true;
  expect(await look()).toMatchObject({ failed: 1, complete: true });
  expect(told()).toEqual(['packer/one ->initializing']);
  expect(await look(world.clock.now())).toEqual({
    instances: 0,
    changed: 0,
    told: 0,
    movedOn: 0,
    failed: 0,
    complete: false,
  });
});

it('publishes at most a hundred transitions of an agent at a look', async () => {
  const { world, look, told } = stand();
  const started = new Date(world.clock.now()).toISOString();
  for (let index = 0; index < 130; index += 1)
    await world.registry.register({
      ...{ application: 'fixture-depot', agent: 'packer', instance: `made-up-${index}`, started },
      ...{ capabilities: {}, maxConcurrentTasks: 1 },
    });
  await look();
  expect(told().filter((one) => one.startsWith('packer'))).toHaveLength(100);
  await look();
  expect(told().filter((one) => one.startsWith('packer'))).toHaveLength(130);
});

it('tells once that an agent is down, and once that it is back, as the same messages after a run that died', async () => {
  const { world, services, register, beat, pass, look } = stand();
  const health = () =>
    ['AgentWentDown', 'AgentCameBack'].flatMap((type) =>
      world.ofType(type).map(({ id, data }) => `${id} ${type} ${(data as { agent: string }).agent}`),
    );
  await register();
  await beat(1, 1);
  await look();
  pass(60);
  const { registry } = services;
  const assess = registry.assess.bind(registry);
  let writes = 0;
  // Dies after it has published, before it says so.
  registry.assess = (...given) =>
    (writes += 1) === 2 ? Promise.reject(new Error('the process died')) : assess(...given);
  expect(await look()).toMatchObject({ told: 0, failed: 1 });
  registry.assess = assess;
  expect(await look()).toMatchObject({ told: 1, failed: 0 });
  expect(await look()).toMatchObject({ told: 0 });
  expect(health()).toHaveLength(2);
  expect(new Set(health()).size).toBe(1);
  expect(health()[0]).toContain('AgentWentDown packer');
  await beat(1, 2);
  expect(await look()).toMatchObject({ changed: 1, told: 1 });
  expect(await look()).toMatchObject({ told: 0 });
  expect(health().at(-1)).toContain('AgentCameBack packer');
});

it('goes on without the health of agents while that cannot be read, and tells nothing of it', async () => {
  const { services, register, beat, look } = stand();
  await register();
  await beat(1, 1);
  const { registry } = services;
  const health = registry.health.bind(registry);
  registry.health = () => Promise.reject(new Error('throttled'));
  expect(await look()).toMatchObject({ changed: 2, told: 0, failed: 1, complete: true });
  registry.health = health;
  expect(await look()).toMatchObject({ failed: 0 });
});

it('strikes out a change that is refused for good, and tells those after it', async () => {
  const { world, register, beat, pass, look } = stand();
  const since = new Date(world.clock.now()).toISOString();
  const refused = { kind: 'down', number: 1, since, cause: 'made up', tasks: 2 ** 60 } as const;
  const health = { agent: 'packer', state: 'down', since, above: [], changes: 1, untold: [refused] } as const;
  await world.registry.assess(health, undefined);
  await register();
  await beat(1, 1);
  expect(await look()).toMatchObject({ told: 1, failed: 0 });
  pass(60);
  expect(await look()).toMatchObject({ told: 1, failed: 0 });
  expect(world.ofType('AgentWentDown')).toMatchObject([{ data: { agent: 'packer', tasks: 0 } }]);
});

describe('requests that are open at agents which are down', () => {
  const IDLE = { above: [], changes: 1, untold: [], state: 'down' } as const;
  async function openAtSage() {
    const asked = await enquiry();
    const { world } = asked;
    const since = new Date(world.clock.now()).toISOString();
    const down = (agent: string) => world.registry.assess({ ...IDLE, agent, since }, undefined);
    const services = {
      ...world,
      ...{ publishing: world.publishingAs('platform', 'registry'), told: new Map<string, number>() },
      agentFunctions: { stateOf: () => Promise.resolve({ ...WELL, enabled: 0 }) },
    };
    const look = (stopAt = Infinity) => watchAgents(services, stopAt);
    return { asked, world, down, services, look, ends: () => world.ofType('RequestFailed') };
  }

  it('are told to move on once within the time after which the sweeper sends what was told', async () => {
    const { world, down, look, ends } = await openAtSage();
    await down('sage');
    expect(await look()).toMatchObject({ movedOn: 1, complete: true });
    expect(await look()).toMatchObject({ movedOn: 0 });
    expect(ends()).toHaveLength(1);
    world.clock.advance(INTENT_GRACE_MS);
    expect(await look()).toMatchObject({ movedOn: 1 });
    expect(new Set(ends().map(({ id }) => id)).size).toBe(1);
  });

  it('move on although looking at agents takes all of its time', async () => {
    const { world, down, look, services } = await openAtSage();
    await down('sage');
    services.agentFunctions.stateOf = () => {
      world.clock.advance(3_500);
      return Promise.reject(new Error('throttled'));
    };
    expect(await look(world.clock.now() + 8_000)).toMatchObject({ failed: 2, movedOn: 1, complete: false });
    services.told.clear();
    services.agentFunctions.stateOf = () => Promise.reject(new Error('throttled'));
    expect(await look(world.clock.now())).toMatchObject({ failed: 0, movedOn: 0, complete: false });
  });

  it('wait where the agent has left the topology, whose health nobody looks at any more', async () => {
    const { down, look, services } = await openAtSage();
    await down('sage');
    const { sage: _gone, ...agents } = services.topology.model.agents;
    const model = { ...services.topology.model, agents };
    expect(await watchAgents({ ...services, topology: { ...services.topology, model } }, Infinity)).toMatchObject({
      movedOn: 0,
    });
    expect(await look()).toMatchObject({ movedOn: 1 });
  });
});

it('says so when the health of an agent stands in a row that cannot be read, and can therefore not be written', async () => {
  const { services, register, beat, pass, look } = stand();
  await register();
  await beat(1, 1);
  await look();
  pass(60);
  const said: unknown[] = [];
  services.log.error = (...given: unknown[]) => void said.push(...given);
  const { registry } = services;
  await registry.assess(
    { agent: 'packer', state: 'up', since: '2026-01-01T00:00:00.000Z', above: [], changes: 1, untold: [] },
    undefined,
  );
  // As the adapter does with what it cannot read.
  registry.health = () => Promise.resolve([]);
  expect(await look()).toMatchObject({ told: 0 });
  expect(said).toEqual([
    expect.stringContaining('was not written'),
    expect.objectContaining({ agent: 'packer', state: 'down', row: 'health packer' }),
  ]);
});
