import { createAgent } from 'laneway/agent';
import { createHarness, type Harness } from 'laneway/testing';
import { defineWorkflow } from 'laneway/workflow';
import { stepOf } from '../../../shared/domain/delivery/causal-path.js';
import { guarded, ItemSeen, LiftItem, Ping, Pong } from '../../kit/applications/guard-topology.js';

/** Receivers of dead letters, with the reason. */
const deadLetters = (world: Harness, id: string): string[] =>
  world
    .conversation(id)
    .entries.flatMap((entry) =>
      entry.kind === 'dead-letter' ? [`${entry.deadLetter.receiver} ${entry.deadLetter.reason}`] : [],
    );

/** Says again what started it, to an agent that says it again, and so on. */
const echo = defineWorkflow(guarded, 'echo', { startedBy: Ping }, (flow, ping) =>
  flow.publish('say', Pong, { round: ping.round }),
);
const pinger = createAgent(guarded, 'pinger')
  .handle({ Pong: ({ data }, { publish }) => void (data.round < 30 && publish(Ping, { round: data.round + 1 })) })
  .with({});

test('a circle through a workflow ends when a chain has passed it as often as allowed', async () => {
  const world = createHarness(guarded, { agents: [pinger], workflows: [echo] });
  const { correlationId } = await world.publish(Ping, { round: 0 });
  await world.settle();
  expect(await world.executions()).toHaveLength(5);
  expect(deadLetters(world, correlationId)).toEqual(['workflow:echo cycle']);
  const completed = world.published.filter(({ type }) => type === 'WorkflowCompleted').map(({ path }) => path);
  const round = [stepOf('workflow:echo', 'Ping'), stepOf('pinger', 'Pong')].join('');
  expect(completed[0]).toBe(round.slice(0, 4));
  expect(completed[4]).toBe(round.repeat(4) + round.slice(0, 4));
});

test('a circle through a workflow that another one runs is seen as well', async () => {
  const inner = defineWorkflow(guarded, 'inner', { startedBy: ItemSeen }, (flow) => {
    flow.publish('say', Pong, { round: 0 });
    flow.complete('said');
  });
  const outer = defineWorkflow(guarded, 'outer', { startedBy: Ping }, (flow) => {
    flow.run('tell', inner, { item: 'a' }, { timeout: '1 hour', results: ['said'] });
  });
  const world = createHarness(guarded, { agents: [pinger], workflows: [outer, inner] });
  const { correlationId } = await world.publish(Ping, { round: 0 });
  await world.settle();
  expect((await world.executions()).filter(({ workflow }) => workflow === 'outer')).toHaveLength(5);
  expect(deadLetters(world, correlationId)).toEqual(['workflow:outer cycle']);
});

test('a workflow that starts itself ends as well, with no agent in between', async () => {
  const again = defineWorkflow(guarded, 'again', { startedBy: Ping }, (flow, ping) =>
    flow.publish('say', Ping, { round: ping.round }),
  );
  const world = createHarness(guarded, { agents: [], workflows: [again] });
  const { correlationId } = await world.publish(Ping, { round: 0 });
  await world.settle();
  expect(await world.executions()).toHaveLength(5);
  expect(deadLetters(world, correlationId)).toEqual(['workflow:again cycle']);
});

test('many steps of one execution are no circle: each follows on the start', async () => {
  const asked: string[] = [];
  const lifter = createAgent(guarded, 'lifter')
    .handle({ LiftItem: ({ data }) => (asked.push(data.item), { item: data.item }) })
    .with({});
  const lift = defineWorkflow(guarded, 'lift', { startedBy: Ping }, (flow) => {
    for (const item of 'abcdefgh') flow.request(`lift ${item}`, LiftItem, { item }, { timeout: '1 minute' });
  });
  const world = createHarness(guarded, { agents: [lifter], workflows: [lift] });
  await world.publish(Ping, { round: 0 });
  await world.settle();
  expect(asked.join('')).toBe('abcdefgh');
  expect((await world.executions()).map(({ status }) => status)).toEqual(['succeeded']);
});
