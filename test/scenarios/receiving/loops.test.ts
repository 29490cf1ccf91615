import { createAgent } from 'laneway/agent';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { COUNTED_SHARE, ProcessGuards } from '../../../shared/agent/receive/process-guards.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { guarded, ItemSeen, Ping, Pong } from '../../kit/applications/guard-topology.js';

/** Two that answer each other for ever, each time about what `about` says. */
function circle(about: (round: number) => string | undefined) {
  const options = (round: number) => {
    const subject = about(round);
    return subject === undefined ? {} : { subject };
  };
  const pinger = createAgent(guarded, 'pinger').handle({
    Pong: ({ data }, { publish }) => {
      if (data.round < 30) publish(Ping, { round: data.round + 1 }, options(data.round + 1));
    },
  });
  const ponger = createAgent(guarded, 'ponger').handle({
    Ping: ({ data }, { publish }) => void publish(Pong, { round: data.round }, options(data.round)),
  });
  return createHarness(guarded, { agents: [pinger.with({}), ponger.with({})] });
}

const completed = (world: ReturnType<typeof circle>, correlationId: string, receiver: string) =>
  world
    .conversation(correlationId)
    .entries.filter(
      (entry) =>
        entry.kind === 'delivery' && entry.delivery.receiver === receiver && entry.delivery.state === 'completed',
    ).length;

describe('a circle of agents', () => {
  it('ends when a chain has passed one agent with one type and subject as often as allowed', async () => {
    const world = circle(() => 'the same');
    const { correlationId } = await world.publish(Ping, { round: 0 }, { subject: 'the same' });
    await world.settle();
    expect(completed(world, correlationId, 'ponger')).toBe(5);
    const letters = world
      .conversation(correlationId)
      .entries.flatMap((entry) => (entry.kind === 'dead-letter' ? [entry.deadLetter] : []));
    expect(letters).toMatchObject([{ reason: 'cycle', receiver: 'ponger', error: { code: 'CYCLE' } }]);
  });

  it('is none when each round is about something else', async () => {
    const world = circle((round) => `item ${round}`);
    const { correlationId } = await world.publish(Ping, { round: 0 }, { subject: 'item 0' });
    await world.settle();
    expect(completed(world, correlationId, 'ponger')).toBe(31);
  });

  it('counts messages without a subject as being about the same', async () => {
    const world = circle(() => undefined);
    const { correlationId } = await world.publish(Ping, { round: 0 });
    await world.settle();
    expect(completed(world, correlationId, 'ponger')).toBe(5);
  });
});

describe('the budget of a conversation', () => {
  it('counts one delivery in 32, whatever its message', () => {
    const guards = new ProcessGuards(seededRandom(11));
    const counted = Array.from({ length: 32_000 }, () => guards.counts()).filter(Boolean).length;
    expect(counted).toBeGreaterThan(800);
    expect(counted).toBeLessThan(1_200);
    expect(COUNTED_SHARE).toBe(32);
  });

  it('stops a runaway conversation after about as many deliveries, and no other conversation', async () => {
    const started: string[] = [];
    const agent = createAgent(guarded, 'watcher').handle({
      ItemSeen: ({ correlationId }) => void started.push(correlationId),
      MessageExpired: () => undefined,
    });
    const stand = agentStand(agent.with({}));
    Object.assign(stand.services, { guards: new ProcessGuards(seededRandom(5)) });
    const feed = async (correlationid: string, messages: number): Promise<void> => {
      for (let index = 0; index < messages; index++) {
        stand.deliver(stand.envelope('ItemSeen', { item: 'x' }, { id: `${correlationid}-${index}`, correlationid }));
        await stand.receive(1);
      }
    };
    await feed('runaway', 2_000);
    const handled = started.filter((id) => id === 'runaway').length;
    // The budget is 1,000: the 32nd counted delivery, of weight 32, is the first beyond it.
    expect(handled).toBeGreaterThan(600);
    expect(handled).toBeLessThan(1_500);
    const letters = stand.letters();
    expect(letters[0]).toMatchObject({ reason: 'budget', error: { code: 'BUDGET' } });
    await feed('ordinary', 3);
    expect(started.filter((id) => id === 'ordinary')).toHaveLength(3);
  });

  it('is learned by another process from the next delivery that it counts', async () => {
    const agent = createAgent(guarded, 'watcher').handle({
      ItemSeen: () => undefined,
      MessageExpired: () => undefined,
    });
    const stand = agentStand(agent.with({}));
    await stand.services.deliveries.countConversation(
      { correlationId: 'conversation-1', receiver: 'watcher' },
      1_000,
      stand.clock.now(),
    );
    const give = async (random: number): Promise<string | undefined> => {
      const id = newId();
      chance = random;
      stand.deliver(stand.envelope('ItemSeen', { item: 'x' }, { id }));
      await stand.receive();
      return (await stand.record(id))?.state;
    };
    let chance = 0;
    const another = () => Object.assign(stand.services, { guards: new ProcessGuards(() => chance) });
    another();
    expect(await give(0.99)).toBe('completed');
    expect(await give(0)).toBe('dead-lettered');
    expect(await give(0.99)).toBe('dead-lettered');
    another();
    expect(await give(0.99)).toBe('completed');
  });

  it('is also the most that one handling may publish', async () => {
    const agent = createAgent(guarded, 'ponger').handle({
      Ping: ({ data }, { publish }) => {
        for (let index = 0; index <= data.round; index++) publish(Pong, { round: index });
      },
    });
    const stand = agentStand(agent.with({}));
    stand.deliver(stand.envelope('Ping', { round: 1_000 }, { id: 'many' }));
    stand.deliver(stand.envelope('Ping', { round: 999 }, { id: 'enough' }));
    await stand.receive();
    expect(await stand.record('many')).toMatchObject({ state: 'dead-lettered', error: { code: 'BUDGET' } });
    expect((await stand.record('enough'))?.state).toBe('completed');
    expect(stand.bus.published).toHaveLength(1_000);
  });
});

test('limits out of bounds are refused where they are declared', () => {
  const withLimits = (limits: { cycleLimit?: number; conversationBudget?: number }) => () =>
    defineTopology('limits', {
      channels: { sightings: { carries: [ItemSeen] } },
      agents: { watcher: { subscribes: ['sightings'] } },
      ...limits,
    });
  expect(withLimits({})().model).toMatchObject({ cycleLimit: 8, conversationBudget: 10_000 });
  for (const limits of [{ cycleLimit: 0 }, { cycleLimit: 65 }, { cycleLimit: 1.5 }, { conversationBudget: 99 }])
    expect(withLimits(limits)).toThrow(/allowed: a whole number from/);
});
