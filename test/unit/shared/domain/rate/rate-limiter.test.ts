import { RateLimiter, type Limited } from '../../../../../shared/domain/rate/rate-limiter.js';
import type { RateStore } from '../../../../../shared/domain/rate/rate-store.js';
import { MemoryRates } from '../../../../../shared/testing/memory/rates/memory-rates.js';
import { ManualClock } from '../../../../../shared/testing/memory/manual-clock.js';
import { seededRandom } from '../../../../../shared/testing/memory/seeded-random.js';

const of = (key: string, perSecond: number, burst: number, exact = false): Limited => ({
  ...{ key, tenant: '', limit: { perSecond, burst, exact } },
});
/** Counts the writes of a store, each of which may be answered after others. */
function counted(store: RateStore, random: () => number) {
  const told = { writes: 0 };
  const swap: RateStore['swap'] = async (...given) => {
    told.writes++;
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve();
    return store.swap(...given);
  };
  return { told, swap };
}

it('takes of all limits or of none', async () => {
  const clock = new ManualClock();
  const limiter = new RateLimiter();
  const [wide, narrow] = [of('wide', 1, 5), of('narrow', 1, 1)];
  expect(await limiter.reserve([wide, narrow], { clock })).toEqual({ wait: 0 });
  expect(await limiter.reserve([wide, narrow], { clock })).toEqual({ over: narrow, wait: 1_000 });
  for (let left = 4; left > 0; left--) expect(await limiter.reserve([wide], { clock })).toEqual({ wait: 0 });
  expect(await limiter.reserve([wide], { clock })).toMatchObject({ over: wide });
});

it('keeps tenants apart', async () => {
  const [limiter, clock] = [new RateLimiter(), new ManualClock()];
  const limit = of('orders', 1, 1);
  expect(await limiter.reserve([{ ...limit, tenant: 'a' }], { clock })).toEqual({ wait: 0 });
  expect(await limiter.reserve([{ ...limit, tenant: 'b' }], { clock })).toEqual({ wait: 0 });
  expect(await limiter.reserve([{ ...limit, tenant: 'a' }], { clock })).toMatchObject({ wait: 1_000 });
});

it.each([1, 2, 3, 4, 5])(
  'eight processes never take more than the burst and what flows in, and not much less (seed %i)',
  async (seed) => {
    const clock = new ManualClock();
    const random = seededRandom(seed);
    const { told, swap } = counted(new MemoryRates(), random);
    const processes = Array.from({ length: 8 }, () => new RateLimiter());
    const limit = of('orders', 100, 200, true);
    const used: number[] = [];
    const began = clock.now();
    for (let step = 0; step < 400; step++) {
      const asking = processes.filter(() => random() < 0.9).flatMap((one) => [one, one]);
      const answers = await Promise.all(asking.map((one) => one.reserve([limit], { clock, rates: { swap } })));
      for (const answer of answers) if (!('over' in answer)) used.push(clock.now());
      clock.advanceTo(clock.now() + Math.floor(random() * 60));
    }
    for (let from = 0; from < used.length; from++)
      for (let to = from; to < used.length; to++) {
        const flows = ((used[to] ?? 0) - (used[from] ?? 0)) / 10;
        if (to - from + 1 > 200 + flows + 1e-6) throw new Error(`${to - from + 1} within ${flows * 10} ms`);
      }
    expect(used.length).toBeGreaterThan(0.9 * (150 + (clock.now() - began) / 10));
    expect(told.writes).toBeGreaterThan(0);
  },
);

it('a process in a hurry writes for blocks, a slow one for each message, and calls side by side share a block', async () => {
  const clock = new ManualClock();
  const { told, swap } = counted(new MemoryRates(), () => 0.9);
  const [limit, at] = [of('orders', 1_000, 2_000, true), { clock, rates: { swap } }];
  const hurried = new RateLimiter();
  for (let step = 0; step < 100; step++) {
    await Promise.all([...Array(10).keys()].map(() => hurried.reserve([limit], at)));
    clock.advanceTo(clock.now() + 10);
  }
  process.stderr.write(`1,000 messages of one process in a second: ${told.writes} writes\n`);
  expect(told.writes).toBeLessThan(30);
  told.writes = 0;
  const slow = new RateLimiter();
  for (let step = 0; step < 50; step++) {
    await slow.reserve([limit], at);
    clock.advanceTo(clock.now() + 1_000);
  }
  expect(told.writes).toBeLessThan(120);
});

it('a bucket that somebody has put far ahead holds nobody up for good', async () => {
  const clock = new ManualClock();
  const store = new MemoryRates();
  const bucket = of('orders', 1, 1, true);
  await store.swap(bucket, 'absent', clock.now() + 2 * 86_400_000);
  const at = { clock, rates: store };
  const [early, late] = [new RateLimiter(), new RateLimiter()];
  expect(await early.reserve([bucket], at)).toEqual({ wait: 0 });
  expect(await late.reserve([bucket], at)).toMatchObject({ over: bucket, wait: 1_000 });
  for (const one of [early, late]) {
    clock.advanceTo(clock.now() + 1_000);
    expect(await one.reserve([bucket], at)).toEqual({ wait: 0 });
  }
});

it.each([true, false])('a limit of few a day refuses for as long as it says (exact: %s)', async (exact) => {
  const [clock, limiter] = [new ManualClock(), new RateLimiter()];
  const [day, bucket] = [86_400_000, of('reports', 3 / 86_400, 6, exact)];
  const at = { clock, rates: new MemoryRates() };
  for (let taken = 0; taken < 6; taken++) expect(await limiter.reserve([bucket], at)).toEqual({ wait: 0 });
  expect(await limiter.reserve([bucket], at)).toMatchObject({ over: bucket });
  clock.advanceTo(clock.now() + day / 4);
  expect(await limiter.reserve([bucket], at)).toMatchObject({ over: bucket });
});

it('a clock that was ahead by days holds nobody up once it is put back', async () => {
  const [clock, limiter] = [new ManualClock(), new RateLimiter()];
  const bucket = of('orders', 1, 1);
  const ahead = { now: () => clock.now() + 10 * 86_400_000 } as ManualClock;
  await limiter.reserve([bucket], { clock: ahead });
  expect(await limiter.reserve([bucket], { clock })).toEqual({ wait: 0 });
});

it('a process that meets others again and again waits between its writes, and says so in the end', async () => {
  const [clock, met]: [ManualClock, number[]] = [new ManualClock(), []];
  const spread = (meeting: number) => Promise.resolve(met.push(meeting));
  const swap: RateStore['swap'] = (_bucket, seen) => Promise.resolve(typeof seen === 'number' ? seen + 1e-3 : 0);
  const asked = new RateLimiter().reserve([of('orders', 1, 1, true)], { clock, rates: { swap, spread } });
  await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  expect(met).toEqual([...Array(49).keys()].map((one) => one + 1));
});

it('says that a shared counter is missing', async () => {
  const [limiter, clock] = [new RateLimiter(), new ManualClock()];
  await expect(limiter.reserve([of('orders', 1, 1, true)], { clock })).rejects.toMatchObject({ code: 'CONFIGURATION' });
});
