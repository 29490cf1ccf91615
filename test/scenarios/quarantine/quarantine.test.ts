import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';

// A counter asks for weights; scales weigh, and there is a second pair of them. What the desk hears of, it tells.

const Weighed = event('Weighed', z.object({ parcel: z.string(), by: z.string() }));
const Weigh = command('Weigh', z.object({ parcel: z.string() }), { reply: Weighed });
const Stamped = event('Stamped', z.object({ parcel: z.string() }));
const Stamp = command('Stamp', z.object({ parcel: z.string() }), { reply: Stamped });
const Arrived = event('Arrived', z.object({ parcel: z.string() }));
const Told = event('Told', z.object({ parcel: z.string() }));

const depot = defineTopology('depot', {
  channels: {
    weighing: {
      carries: [Weigh],
      qos: { priorities: ['normal'], expires: '2 days' },
      escalation: [{ agent: { capability: 'weighing' } }],
    },
    weights: { carries: [Weighed, Stamped], qos: { priorities: ['normal'], expires: '2 days' } },
    stamping: { carries: [Stamp], qos: { priorities: ['normal'], expires: '2 days' } },
    arrivals: { carries: [Arrived], qos: { priorities: ['normal'], expires: '2 days', tries: 1 } },
    news: { carries: [Told], qos: { priorities: ['normal'], expires: '2 days' } },
  },
  agents: {
    scales: { capabilities: ['weighing'], subscribes: ['weighing'] },
    'other-scales': { capabilities: ['weighing'], subscribes: ['weighing'] },
    stamper: { subscribes: ['stamping'] },
    desk: { subscribes: ['arrivals'], publishes: [Told] },
    reader: { subscribes: ['news'] },
  },
  clients: { counter: { publishes: [Weigh, Stamp, Arrived] }, van: { publishes: [Arrived] } },
  ingress: {
    post: { pattern: { source: ['com.example.post'] }, as: Arrived, map: ({ detail }) => detail },
    courier: { pattern: { source: ['com.example.courier'] }, as: Arrived, map: ({ detail }) => detail },
  },
});

const OPERATOR = { by: 'ana', why: 'it sent what nobody asked for' };
let heard: string[];
let world: Harness;

beforeEach(() => {
  heard = [];
  const weigher = (id: 'scales' | 'other-scales') =>
    createAgent(depot, id).handle({
      Weigh: ({ data: { parcel } }) => {
        heard.push(`${id} ${parcel}`);
        return { parcel, by: id };
      },
    });
  const stamper = createAgent(depot, 'stamper').handle({
    Stamp: ({ data: { parcel } }) => {
      heard.push(`stamper ${parcel}`);
      return { parcel };
    },
  });
  const desk = createAgent(depot, 'desk').handle({
    Arrived: ({ data }, { publish }) => {
      heard.push(`desk ${data.parcel}`);
      publish(Told, data);
    },
  });
  const reader = createAgent(depot, 'reader').handle({ Told: ({ data }) => void heard.push(`reader ${data.parcel}`) });
  const agents = [weigher('scales'), weigher('other-scales'), stamper, desk, reader];
  world = createHarness(depot, { agents: agents.map((one) => one.with({})) });
});

describe('an agent in quarantine', () => {
  it('takes nothing, and loses nothing: what waits longer than lanes usually keep it is handled after the release, at its first try', async () => {
    await world.quarantine('desk', OPERATOR);
    const { correlationId } = await world.publish(Arrived, { parcel: 'p' }, { as: 'counter' });
    await world.advance('10 days');
    expect(heard).toEqual([]);
    expect(world.conversation(correlationId).account).toMatchObject({
      deadLettered: 0,
      missing: [{ receiver: 'desk' }],
    });
    await world.release('desk', OPERATOR);
    await world.settle();
    expect(heard).toEqual(['desk p', 'reader p']);
    const delivered = world
      .conversation(correlationId)
      .entries.flatMap((entry) =>
        entry.kind === 'delivery' && entry.delivery.receiver === 'desk' ? [entry.delivery] : [],
      );
    expect(delivered).toMatchObject([{ state: 'completed', tries: 1 }]);
  });

  it('holds nobody else up', async () => {
    await world.quarantine('desk', OPERATOR);
    await world.publish(Arrived, { parcel: 'p' }, { as: 'counter' });
    const reply = await world.request(Weigh, { parcel: 'q' }, { as: 'counter', timeout: '1 minute' });
    expect(reply.by).toBe('scales');
    await world.settle();
    expect(heard).toEqual(['scales q']);
  });

  it('sends nothing, not even what it had stored to be sent', async () => {
    // It stores its outcome, and the bus refuses what it publishes; from then on it is the sweeper's.
    world.faults.outage({ port: 'bus', for: '3 minutes', who: 'desk' });
    await world.publish(Arrived, { parcel: 'p' }, { as: 'counter' });
    await world.advance('1 minute');
    expect(heard).toEqual(['desk p']);
    await world.quarantine('desk', OPERATOR);
    await world.advance('2 hours');
    expect(heard).toEqual(['desk p']);
    await world.release('desk', OPERATOR);
    await world.settle();
    expect(heard).toEqual(['desk p', 'reader p']);
  });
});

describe('requests that wait for an agent in quarantine', () => {
  it('move up their ladder with the next sweep, long before their deadline', async () => {
    await world.quarantine('scales', OPERATOR);
    const began = world.now().getTime();
    const reply = await world.request(Weigh, { parcel: 'p' }, { as: 'counter', to: 'scales', timeout: '10 hours' });
    expect(reply.by).toBe('other-scales');
    expect(world.now().getTime() - began).toBeLessThan(10 * 60_000);
  });

  it('end as refused where nothing follows, also those that were open before', async () => {
    world.faults.delay('1 minute', { type: 'Stamp' });
    const asked = world.request(Stamp, { parcel: 'p' }, { as: 'counter', timeout: '10 hours' });
    await world.quarantine('stamper', OPERATOR);
    await expect(asked).rejects.toMatchObject({
      code: 'REQUEST_FAILED',
      message: expect.stringContaining('takes nothing now') as unknown,
    });
    expect(heard).toEqual([]);
    await world.release('stamper', OPERATOR);
    await world.settle();
    // Its command waited and is still of use to whoever listens to the reply.
    expect(heard).toEqual(['stamper p']);
  });

  it('go on where another agent may answer', async () => {
    await world.quarantine('scales', OPERATOR);
    world.faults.delay('20 minutes', { type: 'Weigh', receiver: 'other-scales' });
    const reply = await world.request(Weigh, { parcel: 'p' }, { as: 'counter', to: 'other-scales', timeout: '1 hour' });
    expect(reply.by).toBe('other-scales');
    expect(world.published.filter(({ type }) => type === 'RequestFailed')).toEqual([]);
  });
});

describe('a client in quarantine', () => {
  it('publishes nothing, and nothing goes out in its name', async () => {
    world.faults.throttle(1);
    await world.publish(Arrived, { parcel: 'before' }, { as: 'van' }).catch(() => undefined);
    world.faults.clear();
    await world.quarantine('van', OPERATOR);
    await expect(world.publish(Arrived, { parcel: 'after' }, { as: 'van' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('quarantine') as unknown,
    });
    await world.publish(Arrived, { parcel: 'other' }, { as: 'counter' });
    await world.advance('1 hour');
    expect(heard).not.toContain('desk after');
    const before = heard.filter((line) => line === 'desk before').length;
    await world.release('van', OPERATOR);
    await world.settle();
    expect(heard).toContain('desk other');
    expect(heard.filter((line) => line === 'desk before').length).toBeGreaterThanOrEqual(Math.max(1, before));
  });
});

describe('an ingress in quarantine', () => {
  it('has its events wait, and those of others come', async () => {
    await world.quarantine('ingress.post', OPERATOR);
    world.putEvent({ source: 'com.example.post', 'detail-type': 'Delivered', detail: { parcel: 'held' } });
    world.putEvent({ source: 'com.example.courier', 'detail-type': 'Delivered', detail: { parcel: 'free' } });
    await world.advance('13 days');
    expect(heard).toEqual(['desk free', 'reader free']);
    await world.release('ingress.post', OPERATOR);
    await world.advance('5 hours');
    expect(heard).toEqual(['desk free', 'reader free', 'desk held', 'reader held']);
  });
});

it('stands in the ledger, with who and why, once for each quarantine', async () => {
  await world.quarantine('desk', OPERATOR);
  await world.quarantine('desk', { by: 'ben', why: 'again' });
  await world.release('desk', { by: 'cy', why: 'it was mended' });
  await world.release('desk', { by: 'cy', why: 'it was mended' });
  const notes = world
    .conversation('quarantine:agent.desk')
    .entries.flatMap((entry) => (entry.kind === 'operator' ? [entry.operator] : []));
  expect(notes).toMatchObject([
    { action: 'quarantine', by: 'ana', why: OPERATOR.why, party: 'agent.desk' },
    { action: 'release', by: 'cy', why: 'it was mended' },
  ]);
});

it.each([
  ['nobody', 'NOT_FOUND'],
  ['agent.counter', 'NOT_FOUND'],
])('refuses the name %s', async (name, code) => {
  await expect(world.quarantine(name, OPERATOR)).rejects.toMatchObject({ code });
});

it('releases only who was in quarantine', async () => {
  await expect(world.release('desk', OPERATOR)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
