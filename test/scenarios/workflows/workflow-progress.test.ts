import * as z from 'zod';
import { createAgent, PermanentError } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import { agency, bookTrip, travel, TripWanted } from '../../kit/applications/trip-topology.js';

const Done = event('Done', z.object({ what: z.string() }));
const Do = command('Do', z.object({ what: z.string() }), { reply: Done });
const Wanted = event('Wanted', z.object({ what: z.string() }));

/** An application whose agent `board` hears how workflows get on. */
const chores = defineTopology('chores', {
  channels: { wanted: { carries: [Wanted] }, work: { carries: [Do], qos: { tries: 1 } }, done: { carries: [Done] } },
  agents: { hand: { subscribes: ['work'] }, board: { subscribes: ['workflow.progress', 'workflow.failures'] } },
  clients: { house: { publishes: [Wanted] } },
});
const two = defineWorkflow(chores, 'two', { startedBy: Wanted }, (flow, wanted) => {
  flow.request('first', Do, { what: 'first' }, { timeout: '1 minute' });
  flow.request('second', Do, { what: wanted.what }, { timeout: '1 minute' });
  flow.complete('done');
});

test('who subscribes hears each step and each failure once', async () => {
  const heard: string[] = [];
  const say = (text: string) => void heard.push(text);
  const hand = createAgent(chores, 'hand').handle({
    Do: ({ data }) => {
      if (data.what === 'bad') throw new PermanentError('cannot');
      return { what: data.what };
    },
  });
  const board = createAgent(chores, 'board').handle({
    WorkflowProgressed: ({ data }) => say(`begun ${data.step}`),
    TaskCompleted: ({ data }) => say(`done ${data.step} ${data.type}`),
    AgentFailed: ({ data }) => say(`agent ${data.step} ${data.message}`),
    WorkflowFailed: ({ data }) => say(`failed ${data.workflow} ${data.status} ${data.error}`),
  });
  const world = createHarness(chores, { agents: [hand.with({}), board.with({})], workflows: [two] });
  world.faults.duplicate();
  await world.publish(Wanted, { what: 'bad' });
  await world.settle();
  expect([...heard].sort()).toEqual([
    'agent second cannot',
    'begun first',
    'begun second',
    'done first Do',
    'failed two failed RequestFailed',
  ]);
});

test('where nobody subscribes nothing is published', async () => {
  const world = createHarness(travel, { agents: [agency([])], workflows: [bookTrip] });
  await world.publish(TripWanted, { trip: 't1', travellers: [] });
  await world.settle();
  const types = new Set(world.published.map(({ type }) => type));
  expect([...types].sort()).toEqual(expect.arrayContaining(['WorkflowCompleted', 'WorkflowCompensated']));
  for (const type of ['WorkflowProgressed', 'TaskCompleted', 'AgentFailed', 'WorkflowFailed'])
    expect(types).not.toContain(type);
});
