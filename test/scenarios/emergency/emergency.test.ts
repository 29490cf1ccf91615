import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { startInProcess } from 'laneway/in-process';
import { event, EmergencyAsked, LanewayError } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';

const Arrived = event('Arrived', z.object({ item: z.string() }));
const Scanned = event('Scanned', z.object({ code: z.string() }));

const port = defineTopology('port', {
  emergency: true,
  channels: {
    arrivals: { carries: [Arrived] },
    scans: { carries: [Scanned] },
    alarms: { carries: [EmergencyAsked] },
  },
  agents: {
    crane: { subscribes: ['arrivals'], publishes: [EmergencyAsked] },
    scanner: { subscribes: ['scans'] },
    guard: { subscribes: ['alarms'] },
  },
  clients: { office: { publishes: [Arrived] } },
  ingress: {
    gate: {
      pattern: { source: ['com.gate'] },
      as: Scanned,
      map: ({ detail }) => detail,
    },
  },
});

const ANA = { by: 'ana', why: 'a leak' };
const BEN = { by: 'ben', why: 'repairs' };

interface Heard {
  readonly done: string[];
  readonly heard: string[];
  readonly asked: string[];
}

function open(without: readonly string[] = []) {
  const seen: Heard = { done: [], heard: [], asked: [] };
  const onEmergency = (id: string) => ({
    onEmergency: ({ type, data }: { readonly type: string; readonly data: { readonly why: string } }) =>
      void seen.heard.push(`${id} ${type} ${data.why}`),
  });
  const agents = {
    crane: createAgent(port, 'crane').handle(
      {
        Arrived: ({ data }, { publish }) => {
          seen.done.push(data.item);
          if (data.item === 'bomb') publish(EmergencyAsked, { why: 'it ticks', measures: ['stop-intake'] });
        },
      },
      onEmergency('crane'),
    ),
    scanner: createAgent(port, 'scanner').handle({ Scanned: ({ data }) => void seen.done.push(data.code) }),
    guard: createAgent(port, 'guard').handle(
      { EmergencyAsked: ({ data, source }) => void seen.asked.push(`${source}: ${data.why}`) },
      onEmergency('guard'),
    ),
  };
  const given = Object.entries(agents).flatMap(([id, agent]) => (without.includes(id) ? [] : [agent]));
  return { seen, agents: given };
}

function harness(without: readonly string[] = []): Heard & { world: Harness } {
  const { seen, agents } = open(without);
  return { ...seen, world: createHarness(port, { agents }) };
}

test('every agent hears of it and of its end, each once, those without a handler by their log', async () => {
  const { world, heard } = harness();
  await world.emergency.start([], ANA);
  await world.settle();
  expect(heard.sort()).toEqual(['crane EmergencyDeclared a leak', 'guard EmergencyDeclared a leak']);
  const status = await world.emergency.status();
  expect(status).toMatchObject({
    inForce: true,
    missing: [],
    isQuiet: true,
    quietAfter: expect.any(Number) as unknown,
  });
  expect(status.rollCall.map(({ agent, state }) => `${agent} ${state}`)).toEqual([
    ...['crane heard', 'scanner heard', 'guard heard'],
  ]);
  heard.length = 0;
  await world.emergency.end(BEN);
  await world.settle();
  expect(heard.sort()).toEqual(['crane EmergencyEnded repairs', 'guard EmergencyEnded repairs']);
  expect((await world.emergency.status()).inForce).toBe(false);
});

test('a client is refused while the intake is stopped, and what is stored goes on', async () => {
  const { world, done } = harness();
  await world.publish(Arrived, { item: 'early' });
  await world.emergency.start([{ kind: 'stop-intake' }], ANA);
  await expect(world.publish(Arrived, { item: 'late' })).rejects.toMatchObject({
    code: 'INTAKE_STOPPED',
    retryable: true,
    message: expect.stringMatching(/a leak[^]*since .*by ana/) as unknown,
  });
  await world.settle();
  expect(done).toEqual(['early']);
  await world.emergency.end(ANA);
  await world.publish(Arrived, { item: 'late' });
  await world.settle();
  expect(done).toEqual(['early', 'late']);
});

test('what waits for its rate limit when the intake is stopped is refused as well', async () => {
  const slow = defineTopology('slow', {
    emergency: true,
    channels: { arrivals: { carries: [Arrived], rateLimit: { perSecond: 0.1, burst: 1, onLimit: 'delay' } } },
    agents: { crane: { subscribes: ['arrivals'] } },
    clients: { office: { publishes: [Arrived] } },
  });
  const done: string[] = [];
  const crane = createAgent(slow, 'crane').handle({ Arrived: ({ data }) => void done.push(data.item) });
  const world = createHarness(slow, { agents: [crane] });
  await world.publish(Arrived, { item: 'first' });
  const [late] = await Promise.allSettled([
    world.publish(Arrived, { item: 'late' }),
    world.emergency.start([{ kind: 'stop-intake' }], ANA),
  ]);
  expect(late).toMatchObject({ status: 'rejected', reason: { code: 'INTAKE_STOPPED' } });
  await world.settle();
  expect(done).toEqual(['first']);
});

test('events of other systems wait until it has ended, for longer than a lane keeps a message', async () => {
  const { world, done } = harness();
  await world.emergency.start([{ kind: 'stop-intake' }], ANA);
  world.putEvent({ source: 'com.gate', 'detail-type': 'scan', detail: { code: 'x1' } });
  await world.advance('5 days');
  expect(done).toEqual([]);
  await world.emergency.end(ANA);
  await world.advance('5 hours');
  expect(done).toEqual(['x1']);
});

test('who is missing is named, and agents that are drained hear all the same', async () => {
  const { world, heard } = harness(['scanner']);
  await world.emergency.start([{ kind: 'drain-agent', agent: 'crane' }], ANA);
  await world.advance('1 minute');
  const { missing, rollCall } = await world.emergency.status();
  expect(missing).toEqual(['scanner']);
  expect(rollCall.find(({ agent }) => agent === 'crane')).toMatchObject({ state: 'heard', inHand: 0 });
  expect(heard).toContain('crane EmergencyDeclared a leak');
});

describe('the end puts back what was before', () => {
  const drained = async (world: Harness, agent: string) =>
    (await world.agents.list({ agent })).map(({ status, cause }) => `${status} ${cause}`);

  test('an agent that had been drained stays so, and its measure changes nothing', async () => {
    const { world, done } = harness();
    await world.agents.drain({ agent: 'crane' }, BEN, { force: true });
    await world.emergency.start([{ kind: 'drain-agent', agent: 'crane' }], ANA);
    await world.emergency.end(ANA);
    expect(await drained(world, 'crane')).toEqual([expect.stringMatching(/maintenance drained by ben: repairs/)]);
    await world.publish(Arrived, { item: 'x' });
    await world.advance('1 minute');
    expect(done).toEqual([]);
    await world.agents.resume({ agent: 'crane' }, BEN);
    await world.settle();
    expect(done).toEqual(['x']);
  });

  test('one that worked works again; one that was drained, and resumed for it, is drained as before', async () => {
    const { world, done } = harness();
    await world.agents.drain({ agent: 'guard' }, BEN, { force: true });
    await world.emergency.start(
      [
        { kind: 'drain-agent', agent: 'crane' },
        { kind: 'resume', agent: 'guard' },
      ],
      ANA,
    );
    await world.publish(Arrived, { item: 'x' });
    await world.advance('1 minute');
    expect(done).toEqual([]);
    expect(await drained(world, 'guard')).toEqual([expect.stringMatching(/ready/)]);
    const { steps } = await world.emergency.end(ANA);
    expect(steps.filter((one) => !one.done)).toEqual([]);
    await world.advance('1 minute');
    expect(done).toEqual(['x']);
    expect(await drained(world, 'guard')).toEqual([expect.stringMatching(/drained by ben: repairs/)]);
  });

  test('a channel that had been paused stays so, one that was not goes on, and one that was resumed for it is paused again', async () => {
    const { world, done } = harness();
    const paused = async () =>
      (await world.channels()).flatMap(({ channel, pause }) =>
        pause ? [`${channel} by ${pause.by}: ${pause.why}`] : [],
      );
    await world.pauseChannel('scans', BEN);
    await world.pauseChannel('alarms', BEN);
    const before = await paused();
    await world.emergency.start(
      [
        { kind: 'pause-channel', channel: 'scans' },
        { kind: 'pause-channel', channel: 'arrivals' },
        { kind: 'resume', channel: 'alarms' },
      ],
      ANA,
    );
    expect(await paused()).toEqual([expect.stringMatching(/^arrivals by ana: emergency/), 'scans by ben: repairs']);
    await world.publish(Arrived, { item: 'x' });
    await world.advance('10 minutes');
    expect(done).toEqual([]);
    await world.emergency.end(ANA);
    expect(await paused()).toEqual(before);
    await world.settle();
    expect(done).toEqual(['x']);
  });

  test('an agent in quarantine holds no end up', async () => {
    const { world } = harness();
    await world.emergency.start([{ kind: 'drain-agent', agent: 'crane' }], ANA);
    await world.quarantine('crane', BEN);
    const { emergency, steps } = await world.emergency.end(ANA);
    expect([emergency.ended?.by, steps.filter((one) => !one.done)]).toEqual(['ana', []]);
    await world.release('crane', BEN);
    expect(await drained(world, 'crane')).toEqual([expect.stringMatching(/ready/)]);
  });

  test('what another operator has ordered during it stays, for agents and for channels', async () => {
    const { world } = harness();
    await world.emergency.start(
      [
        { kind: 'drain-agent', agent: 'crane' },
        { kind: 'pause-channel', channel: 'scans' },
      ],
      ANA,
    );
    await world.agents.drain({ agent: 'crane' }, BEN, { force: true });
    await world.pauseChannel('scans', BEN);
    // Repeated, it takes nobody's own order away.
    await world.emergency.start([{ kind: 'drain-agent', agent: 'crane' }], ANA);
    const { steps } = await world.emergency.end(ANA);
    expect(steps.map(({ told }) => told).join()).toMatch(/paused anew by ben, and.*drained anew by ben, and/);
    expect(await drained(world, 'crane')).toEqual([expect.stringMatching(/drained by ben: repairs/)]);
    expect((await world.channels()).flatMap(({ pause }) => pause?.by ?? [])).toEqual(['ben']);
  });

  test('a measure that is taken, taken back and taken again', async () => {
    const { world } = harness();
    const [drain, resume] = [
      { kind: 'drain-agent', agent: 'crane' },
      { kind: 'resume', agent: 'crane' },
    ] as const;
    await world.emergency.start([drain], ANA);
    await world.emergency.start([resume], ANA);
    expect(await drained(world, 'crane')).toEqual([expect.stringMatching(/ready/)]);
    const { emergency, steps } = await world.emergency.start([drain], ANA);
    expect(emergency.measures.map(({ measure }) => measure)).toEqual([drain, resume, drain]);
    expect(steps.map(({ step }) => step)).toEqual(['record', 'drain-agent:crane', 'tell', 'note']);
    expect(await drained(world, 'crane')).toEqual([expect.stringMatching(/drained by ana/)]);
    await world.emergency.end(ANA);
    expect(await drained(world, 'crane')).toEqual([expect.stringMatching(/ready/)]);
  });

  test('what an operator has changed since stays', async () => {
    const { world } = harness();
    await world.emergency.start([{ kind: 'drain-agent', agent: 'crane' }], ANA);
    await world.agents.resume({ agent: 'crane' }, BEN);
    await world.advance('1 second');
    await world.agents.drain({ agent: 'crane' }, BEN, { force: true });
    const { steps } = await world.emergency.end(ANA);
    expect(steps.map(({ told }) => told).join()).toMatch(/drained anew by ben, and stays so/);
    expect(await drained(world, 'crane')).toEqual([expect.stringMatching(/drained by ben/)]);
  });
});

test('measures are added to the emergency in force, which keeps what stood before the first of them', async () => {
  const { world } = harness();
  const first = await world.emergency.start([{ kind: 'drain-agent', agent: 'crane' }], ANA);
  const second = await world.emergency.start([{ kind: 'drain-agent', agent: 'crane' }, { kind: 'stop-intake' }], BEN);
  expect(second.emergency).toMatchObject({ id: first.emergency.id, by: 'ana', turn: 2 });
  expect(second.emergency.measures[0]?.before).toBeUndefined();
  await world.emergency.end(ANA);
  expect((await world.agents.list({ agent: 'crane' })).map(({ status }) => status)).toEqual(['ready']);
});

test('whoever has heard of it has not heard of measures that were added since', async () => {
  const { world } = harness();
  await world.emergency.start([], ANA);
  await world.settle();
  expect((await world.emergency.status()).missing).toEqual([]);
  await world.emergency.start([{ kind: 'stop-intake' }], ANA);
  expect(await world.emergency.status()).toMatchObject({ missing: ['crane', 'scanner', 'guard'], isQuiet: false });
  await world.settle();
  expect(await world.emergency.status()).toMatchObject({ missing: [], isQuiet: true });
});

test('a step that fails holds no other up, and the same command completes it', async () => {
  const { world, heard } = harness();
  const measures = [{ kind: 'drain-agent', agent: 'crane' }, { kind: 'stop-intake' }] as const;
  world.faults.outage({ port: 'registry', for: '5 minutes', who: 'operator' });
  const blind = await world.emergency.start(measures, ANA);
  expect(blind.steps.filter(({ done }) => !done).map(({ step }) => step)).toEqual(['drain-agent:crane']);
  expect(blind.emergency.measures).toEqual([{ measure: { kind: 'stop-intake' } }]);
  await expect(world.publish(Arrived, { item: 'x' })).rejects.toMatchObject({ code: 'INTAKE_STOPPED' });
  await world.settle();
  expect(heard).toContain('guard EmergencyDeclared a leak');
  await world.advance('6 minutes');
  const { emergency, steps } = await world.emergency.start(measures, ANA);
  expect(steps.filter(({ done }) => !done)).toEqual([]);
  expect(emergency.measures.map(({ measure }) => measure.kind)).toEqual(['stop-intake', 'drain-agent']);
  expect((await world.agents.list({ agent: 'crane' })).map(({ status }) => status)).toEqual(['maintenance']);
  await world.settle();
  expect(heard.filter((one) => one.startsWith('guard'))).toHaveLength(2);
});

test('whose handler fails for good is told apart from who is missing', async () => {
  const agent = createAgent(port, 'guard').handle(
    { EmergencyAsked: () => undefined },
    {
      onEmergency: () => {
        throw new LanewayError('HANDLER', 'it will not', { retryable: false });
      },
    },
  );
  const world = createHarness(port, { agents: [agent, ...open(['crane', 'guard']).agents] });
  await world.emergency.start([], ANA);
  await world.advance('1 minute');
  expect(await world.emergency.status()).toMatchObject({ missing: ['crane'], failed: ['guard'], isQuiet: false });
});

test('an agent asks, and orders nothing', async () => {
  const { world, asked, heard } = harness();
  await world.publish(Arrived, { item: 'bomb' });
  await world.settle();
  expect(asked).toEqual(['laneway.port.agent.crane: it ticks']);
  expect(heard).toEqual([]);
  await expect(world.emergency.status()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await world.publish(Arrived, { item: 'next' });
});

test.each([
  [
    'an unknown agent',
    () => harness().world.emergency.start([{ kind: 'drain-agent', agent: 'krane' }], ANA),
    'UNKNOWN_AGENT',
  ],
  [
    'a channel of the system',
    () => harness().world.emergency.start([{ kind: 'pause-channel', channel: 'system.emergency' }], ANA),
    'SYSTEM_CHANNEL',
  ],
  [
    'an unknown channel',
    () => harness().world.emergency.start([{ kind: 'pause-channel', channel: 'scan' }], ANA),
    'UNKNOWN_CHANNEL',
  ],
  ['no reason', () => harness().world.emergency.start([], { by: 'ana', why: ' ' }), 'INVALID_OPTION'],
  ['an end of nothing', () => harness().world.emergency.end(ANA), 'NOT_FOUND'],
  [
    'a topology without',
    () =>
      createHarness(
        defineTopology('bare', {
          channels: { arrivals: { carries: [Arrived] } },
          agents: { crane: { subscribes: ['arrivals'] } },
        }),
        { agents: [] },
      ).emergency.start([], ANA),
    'NOT_FOUND',
  ],
])('%s is refused', async (_name, act, code) => {
  const error: unknown = await act().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(LanewayError);
  expect(error).toMatchObject({ code });
});

test('in process the same', async () => {
  const { seen, agents } = open();
  const app = await startInProcess(port, { agents });
  try {
    await app.emergency.start([{ kind: 'stop-intake' }], ANA);
    await expect(app.client('office').publish(Arrived, { item: 'late' })).rejects.toMatchObject({
      code: 'INTAKE_STOPPED',
    });
    await app.settled({ timeout: '10 seconds' });
    expect((await app.emergency.status()).missing).toEqual([]);
    await app.emergency.end(ANA);
    await app.publish(Arrived, { item: 'late' });
    await app.settled({ timeout: '10 seconds' });
    expect(seen.done).toEqual(['late']);
    expect(seen.heard).toHaveLength(4);
  } finally {
    await app.stop({ timeout: '2 seconds' });
  }
});
