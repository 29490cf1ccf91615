import { command, event } from 'laneway/message';
import { startInProcess } from 'laneway/in-process';
import { createHarness, type Harness } from 'laneway/testing';
import { createAgent } from 'laneway/agent';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { RateLimiter } from '../../../../shared/domain/rate/rate-limiter.js';
import { keepRate, type RatedMessages } from '../../../../shared/publishing/keep-rate.js';
import { publishMessage } from '../../../../shared/publishing/publish-message.js';
import { MemoryRates } from '../../../../shared/testing/memory/rates/memory-rates.js';
import { ManualClock } from '../../../../shared/testing/memory/manual-clock.js';
import { platformWorld } from '../../../kit/stands/platform-world.js';

const Counted = event('Counted', z.object({}));
const Count = command('Count', z.object({}), { reply: Counted });
const Sold = event('Sold', z.object({}));

const few = { perSecond: 1, burst: 3 } as const;
const office = (exact: boolean) =>
  defineTopology('office', {
    channels: {
      counts: { carries: [Count, Counted], rateLimit: { ...few, exact } },
      sales: { carries: [Sold], rateLimit: { perSecond: 1, burst: 10, exact } },
    },
    agents: Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, { subscribes: ['counts', 'sales'] as const }])),
    clients: {
      shop: { publishes: [Count, Sold], rateLimit: { perSecond: 1, burst: 5, exact } },
      desk: { publishes: [Sold] },
    },
  });

describe.each([false, true])('a limit (exact: %s)', (exact) => {
  const { model } = office(exact);
  const stand = () => {
    const clock = new ManualClock();
    const keeping = { clock, limiter: new RateLimiter(), rates: new MemoryRates(), wait: () => Promise.resolve() };
    const keep = (name: string, ...channels: string[]) => {
      const messages: RatedMessages = { kind: 'client', name, channels };
      return keepRate(messages, model, keeping).then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      );
    };
    return { clock, keep };
  };

  it('takes several messages together, or none of them', async () => {
    const { clock, keep } = stand();
    expect(await keep('shop', 'counts', 'counts', 'counts')).toBe('taken');
    clock.advanceTo(clock.now() + 2_000);
    expect(await keep('shop', 'counts', 'counts', 'counts')).toBe('BUSY');
    expect(await keep('shop', 'counts', 'counts')).toBe('taken');
    expect(await keep('shop', 'counts')).toBe('BUSY');
    // What the channel had no room for was not taken of the client's either.
    expect(await keep('shop', 'sales', 'sales')).toBe('taken');
    expect(await keep('shop', 'sales')).toBe('BUSY');
  });

  it('a client that is over its own takes nothing of its channels', async () => {
    const { keep } = stand();
    for (let sold = 0; sold < 5; sold++) expect(await keep('shop', 'sales')).toBe('taken');
    for (let sold = 0; sold < 5; sold++) expect(await keep('shop', 'sales')).toBe('BUSY');
    for (let sold = 0; sold < 5; sold++) expect(await keep('desk', 'sales')).toBe('taken');
    expect(await keep('desk', 'sales')).toBe('BUSY');
  });

  it('more messages than a limit ever takes are refused for good, and nothing is taken', async () => {
    const { keep } = stand();
    expect(await keep('shop', 'counts', 'counts', 'counts', 'counts')).toBe('INVALID_OPTION');
    expect(await keep('shop', 'counts', 'counts', 'counts')).toBe('taken');
  });
});

describe('a limit that delays', () => {
  const slow = defineTopology('office', {
    channels: {
      counts: { carries: [Count, Counted], rateLimit: { perSecond: 0.5, burst: 1, onLimit: 'delay' } },
      sales: { carries: [Sold], rateLimit: { perSecond: 0.5, burst: 1, onLimit: 'delay' } },
    },
    agents: { a: { subscribes: ['counts', 'sales'] } },
    clients: { shop: { publishes: [Count, Sold] } },
  });
  const agents = () => {
    const made = createAgent(slow, 'a').handle({ Count: () => ({}), Counted: () => undefined, Sold: () => undefined });
    return [made.with({})];
  };
  const times = (world: Harness) =>
    world.published.flatMap(({ source, ...one }) => (source.includes('.client.') ? [one] : []));

  it('sends a message as of the instant at which its wait is over, with the deadline of the call', async () => {
    const world = createHarness(slow, { agents: agents() });
    const began = world.now().getTime();
    const at = (ms: number) => new Date(began + ms).toISOString();
    for (let sold = 0; sold < 2; sold++) await world.publish(Sold, {}, { expires: '3 seconds' });
    expect(times(world)).toMatchObject([
      { time: at(0), expires: at(3_000) },
      { time: at(2_000), expires: at(5_000) },
    ]);
    for (let asked = 0; asked < 2; asked++) await world.publish(Count, {}, { deadline: new Date(began + 15_000) });
    expect(times(world).at(-1)).toMatchObject({ time: at(4_000), deadline: at(15_000) });
    const last = world.now().getTime();
    await world.publish(Count, {}, { deadline: '9 seconds' });
    const { deadline } = times(world).at(-1) ?? {};
    expect(deadline).toBe(new Date(last + 9_000).toISOString());
  });

  it('has nobody wait for longer than the message is of use', async () => {
    const world = createHarness(slow, { agents: agents() });
    await world.publish(Count, {}, { deadline: '6 seconds' });
    // A request is not sent with less than five seconds to its end.
    await expect(world.publish(Count, {}, { deadline: '6 seconds' })).rejects.toMatchObject({ code: 'BUSY' });
    await world.publish(Sold, {});
    await expect(world.publish(Sold, {}, { expires: '1 second' })).rejects.toMatchObject({ code: 'BUSY' });
    expect(times(world)).toHaveLength(2);
  });

  it('ends a wait when the signal of a request aborts, and sends nothing', async () => {
    const application = await startInProcess(slow, { agents: agents() });
    try {
      await application.publish(Sold, {});
      await application.request(Count, {}, { timeout: '1 minute' });
      const [stop, why] = [new AbortController(), new Error('no longer wanted')];
      const asked = application.request(Count, {}, { timeout: '1 minute', signal: stop.signal });
      setImmediate(() => stop.abort(why));
      await expect(asked).rejects.toBe(why);
      expect(application.conversations()).toHaveLength(2);
    } finally {
      await application.stop();
    }
  });
});

it.each(['', 'x'.repeat(257)])('a tenant that receivers would refuse has no bucket', async (tenant) => {
  const topology = office(true);
  const rates = new MemoryRates();
  const keeping = { clock: new ManualClock(), limiter: new RateLimiter(), rates, wait: () => Promise.resolve() };
  const world = platformWorld();
  const publishing = { ...world.publishingAs('client', 'shop'), topology, rates: keeping };
  await expect(publishMessage(publishing, Sold, {}, { tenant })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining('tenant is a text of') as string,
  });
  expect(rates.states.size).toBe(0);
});

it('a broadcast of more messages than the burst says so, and one of fewer is sent whole', async () => {
  const topology = office(false);
  const agents = ['a', 'b', 'c', 'd'].map((id) =>
    createAgent(topology, id)
      .handle({ Count: () => ({}), Counted: () => undefined, Sold: () => undefined })
      .with({}),
  );
  const world = createHarness(topology, { agents });
  const refused = world.publish(Count, {}, { to: { all: true } });
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', retryable: false });
  await expect(refused).rejects.toThrow('4 messages at once, and channel.counts never takes more than 3');
  await world.publish(Count, {}, { to: { all: ['a', 'b', 'c'] } });
});
