import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { startInProcess } from 'laneway/in-process';
import { command, Coordinate, Coordinated, event, LanewayError } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { gatherAnswers } from '../../../../../shared/publishing/broadcast/broadcast.js';

const Counted = event('Counted', z.object({ by: z.string() }));
const Count = command('Count', z.object({}), { reply: Counted });
const Ask = command('Ask', z.object({}), { reply: Counted });
const Insist = command('Insist', z.object({}), { reply: Counted });
const Fire = event('Fire', z.object({}));
const Start = event('Start', z.object({}));

const ship = defineTopology('ship', {
  channels: {
    roll: { carries: [Count] },
    counts: { carries: [Counted] },
    plans: { carries: [Coordinate] },
    taken: { carries: [Coordinated] },
    news: { carries: [Fire] },
    ladders: { carries: [Ask], escalation: [{ agent: 'another' }] },
    again: { carries: [Insist], escalation: [{ retry: 1 }] },
    starts: { carries: [Start] },
  },
  agents: {
    cook: { subscribes: ['roll', 'news', 'ladders', 'again', 'plans'], role: 'crew', capabilities: ['soup'] },
    mate: { subscribes: ['roll', 'news', 'ladders', 'again', 'plans'], role: 'crew' },
    captain: {
      subscribes: ['roll', 'counts', 'starts', 'system.timeouts'],
      publishes: [Count],
      capabilities: ['soup'],
    },
  },
  clients: { shore: { publishes: [Count, Fire, Start, Coordinate, Ask, Insist] } },
});

const heard: string[] = [];
const crew = (id: 'cook' | 'mate', fails = false) =>
  createAgent(ship, id).handle({
    Count: () => {
      if (fails) throw new TypeError('no hands');
      return { by: id };
    },
    Fire: (_message, { tries }) => void heard.push(`${id} ${tries}`),
    Ask: () => ({ by: id }),
    Insist: () => ({ by: id }),
    Coordinate: () => ({}),
  });
const led: { participants: readonly string[]; answers: string[]; silent: number } = {
  participants: [],
  answers: [],
  silent: 0,
};
const captain = createAgent(ship, 'captain').handle({
  Count: () => ({ by: 'captain' }),
  Counted: ({ data }) => void led.answers.push(data.by),
  Start: (_message, { publish }) => {
    const { participants = [] } = publish(Count, {}, { to: { all: true }, deadline: '10 minutes' });
    led.participants = participants.map(({ agent, requestId }) => `${agent} ${typeof requestId}`);
  },
  RequestTimedOut: () => void led.silent++,
  RequestFailed: () => undefined,
});

test('everybody is asked, each answers for itself, and who is silent is named', async () => {
  const harness = createHarness(ship, { agents: [crew('cook'), captain] });
  const end = await harness.broadcast(Count, {}, { timeout: '2 minutes' });
  expect(end.participants).toEqual(['cook', 'mate', 'captain']);
  expect(end.answered).toEqual([
    { agent: 'cook', reply: { by: 'cook' } },
    { agent: 'captain', reply: { by: 'captain' } },
  ]);
  expect(end.missing).toEqual([
    { agent: 'mate', code: 'REQUEST_TIMED_OUT', why: expect.stringMatching(/2 minutes/) as unknown },
  ]);
  const { account } = harness.conversation(end.correlationId);
  expect(account.missing.filter(({ type }) => type === 'Count').map(({ receiver }) => receiver)).toEqual(['mate']);
});

test('one that cannot do it is missing with the reason, before the time is over', async () => {
  const harness = createHarness(ship, { agents: [crew('cook', true), crew('mate'), captain] });
  const began = harness.now().getTime();
  const end = await harness.broadcast(Count, {}, { to: { all: { role: 'crew' } }, timeout: '3 hours' });
  expect(end.participants).toEqual(['cook', 'mate']);
  expect(end.missing).toEqual([
    { agent: 'cook', code: 'REQUEST_FAILED', why: expect.stringMatching(/no hands/) as unknown },
  ]);
  expect(harness.now().getTime() - began).toBeLessThan(3 * 3_600_000);
});

test.each([
  [{ all: true }, ['cook', 'mate', 'captain']],
  [{ all: { role: 'crew' } }, ['cook', 'mate']],
  [{ all: { capability: 'soup' } }, ['cook', 'captain']],
  [{ all: { any: ['soup'] } }, ['cook', 'captain']],
  [{ all: ['mate', 'cook'] }, ['cook', 'mate']],
] as const)('%j', async (to, who) => {
  const harness = createHarness(ship, { agents: [crew('cook'), crew('mate'), captain] });
  const end = await harness.broadcast(Count, {}, { to, timeout: '1 minute' });
  expect([end.participants, end.missing]).toEqual([who, []]);
});

test('under one id it is one broadcast, whose end can be looked up', async () => {
  const harness = createHarness(ship, { agents: [crew('cook'), crew('mate'), captain] });
  const first = await harness.broadcast(Count, {}, { id: 'roll-1', timeout: '1 minute' });
  const again = await harness.broadcast(Count, {}, { id: 'roll-1', timeout: '1 minute' });
  expect(again).toEqual(first);
  expect(harness.published.filter(({ type }) => type === 'Count')).toHaveLength(3);
});

test('an event reaches each with a message of its own', async () => {
  heard.length = 0;
  const harness = createHarness(ship, { agents: [crew('cook'), crew('mate')] });
  await harness.publish(Fire, {}, { to: { all: { role: 'crew' } } });
  await harness.settle();
  expect(heard.sort()).toEqual(['cook 1', 'mate 1']);
  expect(harness.published.map(({ receiver }) => receiver)).toEqual(['cook', 'mate']);
});

test('an agent knows whom it asked, and hears of each that is silent', async () => {
  const harness = createHarness(ship, { agents: [crew('cook'), captain] });
  led.silent = 0;
  await harness.publish(Start, {});
  await harness.settle();
  expect(led.participants).toEqual(['cook string', 'mate string']);
  expect([led.answers.at(-1), led.silent]).toEqual(['cook', 1]);
});

test('a ready pair of types coordinates', async () => {
  const harness = createHarness(ship, { agents: [crew('cook'), crew('mate')] });
  const data = { coordinationType: 'barrier' as const, workflowId: 'w1', participants: ['cook', 'mate'] };
  const end = await harness.broadcast(Coordinate, data, { to: { all: ['cook', 'mate'] }, timeout: '1 minute' });
  expect(end.answered.map(({ agent }) => agent)).toEqual(['cook', 'mate']);
});

test('a reply that cannot be read loses no other answer, and a store that is away loses nothing', async () => {
  const asked = ['cook', 'mate'].map((agent) => ({ agent, id: agent, requestId: agent }));
  const published = { id: 'cook', correlationId: 'c', participants: asked };
  const gathered = (error: LanewayError) =>
    gatherAnswers(published, ({ agent }) =>
      agent === 'mate' ? Promise.reject(error) : Promise.resolve({ by: agent }),
    );
  expect(await gathered(new LanewayError('SCHEMA', 'Counted: by is no string'))).toMatchObject({
    answered: [{ agent: 'cook', reply: { by: 'cook' } }],
    missing: [{ agent: 'mate', code: 'REQUEST_FAILED', why: 'its reply cannot be read: Counted: by is no string' }],
  });
  await expect(gathered(new LanewayError('UNAVAILABLE', 'away'))).rejects.toThrow('away');
});

describe('refused', () => {
  const harness = createHarness(ship, { agents: [] });
  test.each([
    ['a stranger in the list', { all: ['cook', 'cock'] }, 'UNKNOWN_RECEIVER', /did you mean 'cook'/],
    ['an empty list', { all: [] }, 'INVALID_OPTION', /empty list/],
    ['a role that nobody has', { all: { role: 'pirate' } }, 'UNKNOWN_RECEIVER', /nobody fits/],
    ['a capability that nobody has', { all: { capability: 'sop' } }, 'UNKNOWN_RECEIVER', /nobody fits/],
    [
      'an unknown one in a list',
      { all: { any: ['soup', 'sop'] } },
      'UNKNOWN_CAPABILITY',
      /no agent has the capability 'sop'/,
    ],
  ] as const)('%s', async (_name, to, code, why) => {
    const given = harness.broadcast(Count, {}, { to: to, timeout: '1 minute' });
    await expect(given).rejects.toMatchObject({ code, message: expect.stringMatching(why) as unknown });
  });

  test('a ladder that asks others; one that asks the same again is none', async () => {
    await expect(harness.broadcast(Ask, {}, { timeout: '1 minute' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/asks others in their place/) as unknown,
    });
    const crewed = createHarness(ship, { agents: [crew('cook'), crew('mate')] });
    expect((await crewed.broadcast(Insist, {}, { timeout: '1 minute' })).missing).toEqual([]);
  });

  test('one reply for many', async () => {
    await expect(harness.request(Count, {}, { to: { all: true }, timeout: '1 minute' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/broadcast/) as unknown,
    });
  });

  test('an event that nobody answers', async () => {
    await expect(harness.broadcast(Fire as unknown as typeof Count, {}, {})).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});

test('in process the same, and an abort takes the requests back', async () => {
  const app = await startInProcess(ship, { agents: [crew('cook'), captain] });
  try {
    const end = await app.client('shore').broadcast(Count, {}, { to: { all: ['cook', 'captain'] } });
    expect(end.answered.map(({ agent }) => agent)).toEqual(['cook', 'captain']);
    const stop = new AbortController();
    const waiting = app.broadcast(Count, {}, { to: { all: ['mate'] }, signal: stop.signal, id: 'gone' });
    setTimeout(() => stop.abort(new Error('enough')), 20);
    await expect(waiting).rejects.toThrow('enough');
    const again = await app.broadcast(Count, {}, { to: { all: ['mate'] }, id: 'gone' });
    expect(again.missing).toEqual([
      { agent: 'mate', code: 'REQUEST_FAILED', why: expect.stringMatching(/no longer/) as unknown },
    ]);
  } finally {
    await app.stop({ timeout: '1 second' });
  }
});
