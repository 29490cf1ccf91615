import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { agentStand } from '../../kit/stands/agent-stand.js';

// The loosest schema there is beside a strict one, so that nothing but Laneway itself can refuse what is returned.
const Answered = event('Answered', z.unknown());
const Ask = command('Ask', z.object({}), { reply: Answered });
const Counted = event('Counted', z.object({ count: z.number() }));
const Count = command('Count', z.object({}), { reply: Counted });

const topology = defineTopology('nonsense', {
  channels: { questions: { carries: [Ask, Count] }, answers: { carries: [Answered, Counted] } },
  agents: { answerer: { subscribes: ['questions'] } },
  clients: { gate: { publishes: [Ask, Count] } },
});

const circle: Record<string, unknown> = {};
circle['self'] = circle;

const STRICT: readonly [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['another shape', { number: 1 }],
  ['a text', 'one'],
  ['a number that is none', { count: Number.NaN }],
  ['infinity', { count: Number.POSITIVE_INFINITY }],
  ['a function', () => ({ count: 1 })],
  ['a promise of nonsense', Promise.resolve({ count: 'one' })],
  ['an array', [{ count: 1 }]],
];

const LOOSE: readonly [string, unknown][] = [
  ['a circle', circle],
  ['a bigint', { count: 1n }],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  [
    'what throws when it is read',
    {
      toJSON: () => {
        throw new TypeError('unreadable');
      },
    },
  ],
];

/** The order of what is written: a dead letter must stand before the outcome, and that before anything is acknowledged. */
async function handleWith(type: 'Ask' | 'Count', result: unknown) {
  const answer = () => result as never;
  const stand = agentStand(createAgent(topology, 'answerer').handle({ Ask: answer, Count: answer }).with({}));
  const order: string[] = [];
  const { deadLetters, deliveries } = stand.services;
  const send = deadLetters.send.bind(deadLetters);
  const settle = deliveries.settle.bind(deliveries);
  deadLetters.send = async (letter) => {
    await send(letter);
    order.push('letter');
  };
  deliveries.settle = async (...given) => {
    const written = await settle(...given);
    order.push(given[2].state);
    return written;
  };
  stand.deliver(stand.envelope(type, {}, { requestid: 'r', replyto: type === 'Ask' ? 'Answered' : 'Counted' }));
  const returned = await stand.receive();
  return { stand, order, returned };
}

test.each(STRICT)(
  'a reply of the wrong shape acknowledges nothing before its dead letter stands: %s',
  async (_, result) => {
    const { stand, order, returned } = await handleWith('Count', result);
    expect(order).toEqual(['letter', 'dead-lettered']);
    expect(returned).toEqual([]);
    expect(stand.bus.published).toEqual([]);
    expect(stand.letters()).toMatchObject([{ reason: 'permanent', tries: 1, error: { code: 'HANDLER_RESULT' } }]);
  },
);

test.each(LOOSE)('nor does what JSON cannot say, whatever the schema takes: %s', async (_, result) => {
  const { stand, order, returned } = await handleWith('Ask', result);
  expect(order).toEqual(['letter', 'dead-lettered']);
  expect(returned).toEqual([]);
  expect(stand.bus.published).toEqual([]);
  expect(stand.letters()).toMatchObject([{ reason: 'permanent', tries: 1, error: { code: 'HANDLER_RESULT' } }]);
});

test('while the letter cannot be sent, the copy is not acknowledged', async () => {
  const stand = agentStand(
    createAgent(topology, 'answerer')
      .handle({ Ask: () => undefined, Count: () => 'nonsense' as never })
      .with({}),
  );
  const { deadLetters } = stand.services;
  const send = deadLetters.send.bind(deadLetters);
  deadLetters.send = () => Promise.reject(new Error('the queue is gone'));
  stand.deliver(stand.envelope('Count', {}, { requestid: 'r', replyto: 'Counted' }));
  expect(await stand.receive()).toHaveLength(1);
  expect((await stand.record('Count-1'))?.state).toBe('leased');
  deadLetters.send = send;
  stand.clock.advance(65_000);
  expect(await stand.receive()).toEqual([]);
  expect(stand.letters()).toHaveLength(1);
});
