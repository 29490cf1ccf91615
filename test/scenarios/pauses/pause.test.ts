import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import * as z from 'zod';

// Orders come to a clerk, who hears of news in the same lane, and to an archive, which hears of nothing else. Returns start a workflow.

const Ordered = event('Ordered', z.object({ order: z.string() }));
const Noted = event('Noted', z.object({ note: z.string() }));
const Answered = event('Answered', z.object({}));
const Ask = command('Ask', z.object({}), { reply: Answered });
const Returned = event('Returned', z.object({ order: z.string() }));

const qos = { from: 'standard', priorities: ['normal'], expires: '2 days' } as const;
const office = defineTopology('office', {
  channels: {
    orders: { carries: [Ordered], qos },
    news: { carries: [Noted], qos },
    returns: { carries: [Returned], qos },
    questions: { carries: [Ask, Answered], qos },
  },
  agents: {
    clerk: { subscribes: ['orders', 'news'] },
    archive: { subscribes: ['orders'] },
    oracle: { subscribes: ['questions'] },
  },
  clients: { shop: { publishes: [Ordered, Noted, Returned, Ask] } },
});
const takeBack = defineWorkflow(office, 'take-back', { startedBy: Returned }, (flow) => flow.complete('taken'));

const OPERATOR = { by: 'ana', why: 'the prices are wrong' };
const HOUR = 3_600_000;
let heard: string[];
let world: Harness;

beforeEach(() => {
  heard = [];
  const clerk = createAgent(office, 'clerk').handle({
    Ordered: ({ data: { order } }) => void heard.push(`clerk ${order}`),
    Noted: ({ data: { note } }) => void heard.push(`clerk ${note}`),
  });
  const archive = createAgent(office, 'archive').handle({
    Ordered: ({ data: { order } }) => void heard.push(`archive ${order}`),
  });
  const oracle = createAgent(office, 'oracle').handle({ Ask: () => ({}), Answered: () => undefined });
  world = createHarness(office, { agents: [clerk.with({}), archive.with({}), oracle.with({})], workflows: [takeBack] });
});

const outcomes = (correlationId: string) =>
  world.conversation(correlationId).entries.flatMap((entry) => (entry.kind === 'delivery' ? [entry.delivery] : []));
const standingOf = async (channel: string) => (await world.channels()).find((one) => one.channel === channel);

it('an hour with a thousand waiting: nothing is lost, what expires is recorded in time, and the countdown is right', async () => {
  const began = world.now().getTime();
  await world.pauseChannel('orders', OPERATOR);
  const [lasting, short] = [await publish(900, '2 days'), await publish(100, '30 minutes')];
  await world.advance('10 minutes');
  expect(heard).toEqual([]);
  expect(await standingOf('orders')).toMatchObject({
    pause: { channel: 'orders', ...OPERATOR, since: new Date(began).toISOString() },
    countdown: { expiresInMs: 20 * 60_000, droppedInMs: 4 * 24 * HOUR - 10 * 60_000 },
  });

  await world.advance('25 minutes');
  for (const correlationId of short) {
    const expired = outcomes(correlationId);
    expect(expired.map(({ receiver, state, tries }) => `${receiver} ${state} ${tries}`).sort()).toEqual([
      'archive expired 0',
      'clerk expired 0',
    ]);
    for (const { updated } of expired) expect(Date.parse(updated) - began).toBeLessThan(31 * 60_000);
  }

  await world.advance('25 minutes');
  expect(heard).toEqual([]);
  expect((await standingOf('orders'))?.countdown).toMatchObject({ expiresInMs: 47 * HOUR });
  // The sweeper knows that they wait: none was sent a second time.
  expect(world.published.filter(({ type }) => type === 'Ordered')).toHaveLength(1_000);

  await world.resumeChannel('orders', OPERATOR);
  const resumed = world.now().getTime();
  await world.settle();
  expect(heard).toHaveLength(1_800);
  expect(new Set(heard).size).toBe(1_800);
  for (const correlationId of lasting) {
    const handled = outcomes(correlationId);
    expect(handled.map(({ state, tries }) => `${state} ${tries}`)).toEqual(['completed 1', 'completed 1']);
    for (const { updated } of handled) expect(Date.parse(updated) - resumed).toBeLessThan(16 * 60_000);
  }
  expect(await standingOf('orders')).toEqual({ channel: 'orders', subscribers: ['clerk', 'archive'], system: false });

  async function publish(count: number, expires: '2 days' | '30 minutes'): Promise<string[]> {
    const order = (one: number) => world.publish(Ordered, { order: `${expires} ${one}` }, { expires });
    const receipts = await Promise.all([...Array(count).keys()].map(order));
    return receipts.map(({ correlationId }) => correlationId);
  }
}, 60_000);

it('other channels of the same lane go on, as if nothing waited there', async () => {
  await world.pauseChannel('orders', OPERATOR);
  for (let one = 0; one < 200; one++) await world.publish(Ordered, { order: `o${one}` });
  await world.settle();
  const before = world.now().getTime();
  await world.publish(Noted, { note: 'rain' });
  await world.settle();
  expect(heard).toEqual(['clerk rain']);
  expect(world.now().getTime() - before).toBe(0);
});

it('days of it are no poison: nothing becomes a dead letter, and the first try is left', async () => {
  await world.pauseChannel('orders', OPERATOR);
  const { correlationId } = await world.publish(Ordered, { order: 'o' }, { expires: '90 hours' });
  await world.advance('89 hours');
  await world.resumeChannel('orders', OPERATOR);
  await world.advance('1 hour');
  await world.settle();
  expect(
    outcomes(correlationId)
      .map(({ receiver, state, tries }) => `${receiver} ${state} ${tries}`)
      .sort(),
  ).toEqual(['archive completed 1', 'clerk completed 1']);
});

it('a command whose deadline comes before its expiry is recorded as expired just after it, and counted down to', async () => {
  await world.pauseChannel('questions', OPERATOR);
  await world.advance('2 hours');
  const began = world.now().getTime();
  const { correlationId } = await world.publish(Ask, {}, { deadline: '20 minutes' });
  await world.advance('1 minute');
  expect((await standingOf('questions'))?.countdown).toMatchObject({ expiresInMs: 19 * 60_000 });
  await world.advance('20 minutes');
  expect(outcomes(correlationId)).toMatchObject([{ state: 'expired', tries: 0 }]);
  for (const { updated } of outcomes(correlationId)) expect(Date.parse(updated) - began).toBeLessThan(21 * 60_000);
});

it('what expires while its channel is paused is no dead letter, however long it was', async () => {
  await world.pauseChannel('orders', OPERATOR);
  const { correlationId } = await world.publish(Ordered, { order: 'o' });
  await world.advance('10 days');
  expect(world.conversation(correlationId).account).toMatchObject({ expired: 2, deadLettered: 0, missing: [] });
  expect((await standingOf('orders'))?.countdown).toBeUndefined();
});

it('a process heeds a pause within five seconds, and a message of a paused channel starts no workflow', async () => {
  await world.publish(Ordered, { order: 'before' });
  await world.settle();
  await world.pauseChannel('orders', OPERATOR);
  await world.pauseChannel('returns', OPERATOR);
  await world.advance('5 seconds');
  await world.publish(Ordered, { order: 'after' });
  await world.publish(Returned, { order: 'before' });
  await world.settle();
  expect(heard.sort()).toEqual(['archive before', 'clerk before']);
  expect(await world.executions()).toEqual([]);
  await world.resumeChannel('returns', OPERATOR);
  await world.settle();
  expect(await world.executions()).toMatchObject([{ workflow: 'take-back', status: 'succeeded' }]);
  expect(heard).toHaveLength(2);
});

it('is noted once, and the first who paused it stands', async () => {
  const first = await world.pauseChannel('orders', OPERATOR);
  await world.advance('1 minute');
  expect(await world.pauseChannel('orders', { by: 'ben', why: 'as well' })).toEqual(first);
  await world.resumeChannel('orders', { by: 'cleo', why: 'mended' });
  const notes = world.conversation('channel:orders').entries;
  expect(notes.map((entry) => entry.kind === 'operator' && `${entry.operator.action} ${entry.operator.by}`)).toEqual([
    'pause ana',
    'resume cleo',
  ]);
  expect(notes).toMatchObject([{ operator: { party: 'channel.orders' } }, {}]);
});

it('what cannot be paused or resumed says why', async () => {
  await expect(world.pauseChannel('system.errors', OPERATOR)).rejects.toMatchObject({
    code: 'SYSTEM_CHANNEL',
    message: expect.stringContaining('allowed: news, orders, questions, returns') as unknown,
  });
  await expect(world.pauseChannel('order', OPERATOR)).rejects.toMatchObject({ code: 'UNKNOWN_CHANNEL' });
  await expect(world.resumeChannel('orders', OPERATOR)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(world.pauseChannel('orders', { by: 'ana', why: ' ' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  expect((await world.channels()).filter(({ pause }) => pause)).toEqual([]);
});

it('while the pauses cannot be read, what was seen last holds', async () => {
  await world.pauseChannel('orders', OPERATOR);
  await world.publish(Ordered, { order: 'seen' });
  await world.settle();
  world.faults.outage({ port: 'pauses', for: '3 hours' });
  await world.advance('2 hours');
  await world.publish(Ordered, { order: 'meanwhile' });
  await world.advance('10 minutes');
  expect(heard).toEqual([]);
});
