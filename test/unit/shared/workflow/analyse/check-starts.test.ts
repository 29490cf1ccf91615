import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import { checkStarts } from '../../../../../shared/workflow/analyse/check-starts.js';

const Called = event('Called', z.object({ by: z.string() }));
const Rang = event('Rang', z.object({ by: z.string() }));
const Answered = event('Answered', z.object({ by: z.string() }));
const Answer = command('Answer', z.object({ by: z.string() }), { reply: Answered });
const Forgotten = event('Forgotten', z.object({ by: z.string() }));

const house = defineTopology('house', {
  channels: {
    calls: { carries: [Called, Rang, Forgotten] },
    work: { carries: [Answer] },
    answers: { carries: [Answered] },
  },
  agents: { porter: { subscribes: ['work'] } },
  clients: { street: { publishes: [Called] } },
  ingress: { bell: { pattern: { source: ['bell'] }, as: Rang, map: () => ({ by: 'x' }) } },
});

const forgotten = (options: { readonly byHand?: boolean } = {}) =>
  defineWorkflow(house, 'forgotten', { startedBy: Forgotten, ...options }, (flow) => flow.complete('done'));
const check = (...workflows: Parameters<typeof checkStarts>[1]) => checkStarts(house.model, workflows);

test('a workflow that nobody starts is refused, with the ways out', () => {
  expect(() => check(forgotten())).toThrow(
    /nobody starts it: nobody publishes Forgotten[^]*'publishes' of a client[^]*flow\.run[^]*byHand[^]*workflow 'forgotten'/,
  );
});

test('it is not, when it says so', () => expect(() => check(forgotten({ byHand: true }))).not.toThrow());

test.each([
  ['a client', Called],
  ['an ingress', Rang],
  ['a reply', Answered],
] as const)('%s starts one', (_, startedBy) => {
  expect(() => check(defineWorkflow(house, 'one', { startedBy }, (flow) => flow.complete('done')))).not.toThrow();
});

test('another workflow starts one, by running it or by a message; it does not start itself', () => {
  const within = { timeout: '1 minute', results: ['done'] } as const;
  const runs = defineWorkflow(house, 'runs', { startedBy: Called }, (flow) => {
    flow.run('it', forgotten(), { by: 'x' }, within);
  });
  const publishes = defineWorkflow(house, 'publishes', { startedBy: Called }, (flow) =>
    flow.publish('it', Forgotten, { by: 'x' }),
  );
  expect(() => check(runs, forgotten())).not.toThrow();
  expect(() => check(publishes, forgotten())).not.toThrow();
  const again = defineWorkflow(house, 'again', { startedBy: Forgotten }, (flow) => {
    flow.run('it', forgotten(), { by: 'x' }, within);
  });
  const round = defineWorkflow(house, 'round', { startedBy: Forgotten }, (flow) =>
    flow.publish('it', Forgotten, { by: 'x' }),
  );
  for (const one of [again, round]) expect(() => check(one)).toThrow(/nobody starts it/);
});
