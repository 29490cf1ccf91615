import { newId } from '../../../../shared/domain/base/ids.js';
import { RateLimiter } from '../../../../shared/domain/rate/rate-limiter.js';
import type { BucketName, RateStore } from '../../../../shared/domain/rate/rate-store.js';
import { ManualClock } from '../../../../shared/testing/memory/manual-clock.js';

/** A store, and what others do to its rows: a value in a bucket's place, or the end of the row. */
export interface RateStoreStand {
  readonly store: RateStore;
  readonly spoil: (bucket: BucketName, value: unknown) => Promise<void>;
  readonly remove: (bucket: BucketName) => Promise<void>;
}

/** Demands on every {@link RateStore}. */
export function rateStoreContract(make: () => Promise<RateStoreStand>): void {
  let stand: RateStoreStand;
  let store: RateStore;
  beforeAll(async () => {
    stand = await make();
    store = stand.store;
  });
  const bucket = (tenant = '') => ({ key: `channel.c-${newId()}`, tenant });

  it('puts a state in the place of the one that was seen, and tells the other one otherwise', async () => {
    const one = bucket();
    expect(await store.swap(one, 'absent', 10.5)).toBeUndefined();
    expect(await store.swap(one, 'absent', 20)).toBe(10.5);
    expect(await store.swap(one, 10, 20)).toBe(10.5);
    expect(await store.swap(one, 10.5, 20)).toBeUndefined();
    expect(await store.swap(one, 20, 21)).toBeUndefined();
  });

  it('a row that was removed is absent, and can be written again', async () => {
    const one = bucket();
    await store.swap(one, 'absent', 10);
    await stand.remove(one);
    expect(await store.swap(one, 10, 20)).toBe('absent');
    expect(await store.swap(one, 'absent', 20)).toBeUndefined();
  });

  it('a process takes from a bucket that it knows, and whose row was forgotten meanwhile', async () => {
    const [clock, limiter] = [new ManualClock(), new RateLimiter()];
    const one = { ...bucket(), limit: { perSecond: 1, burst: 1, exact: true } };
    expect(await limiter.reserve([one], { clock, rates: store })).toEqual({ wait: 0 });
    await stand.remove(one);
    clock.advanceTo(clock.now() + 2 * 86_400_000);
    expect(await limiter.reserve([one], { clock, rates: store })).toEqual({ wait: 0 });
  });

  it.each([['a text'], [true], [null], [-1], [4e12], [8.64e15], [Number.MAX_SAFE_INTEGER], [1e22], [1e120]])(
    '%j in the place of a state holds nobody up',
    async (value) => {
      const [clock, one] = [new ManualClock(), { ...bucket(), limit: { perSecond: 1, burst: 1, exact: true } }];
      await stand.spoil(one, value);
      for (let second = 0; second < 3; second++) {
        const place = { clock, rates: store };
        expect(await new RateLimiter().reserve([one], place)).toEqual({ wait: 0 });
        expect(await new RateLimiter().reserve([one], place)).toMatchObject({ over: one });
        clock.advanceTo(clock.now() + 1_000);
      }
    },
  );

  it('keeps parts and tenants apart', async () => {
    const one = bucket();
    for (const other of [one, { ...one, tenant: 'a' }, { ...one, tenant: '-' }, bucket()])
      expect(await store.swap(other, 'absent', 1)).toBeUndefined();
  });

  it('of many at once one is first', async () => {
    const one = bucket();
    const answers = await Promise.all([1, 2, 3, 4, 5].map((state) => store.swap(one, 'absent', state)));
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
  });

  it.each([
    // A quarter of this burst is no block: every token is written for.
    { burst: 7, least: 7 },
    // Blocks that are not used up in the same instant are lost to it.
    { burst: 16, least: 8 },
  ])('eight publishers side by side take a burst of $burst, and no more than that at one instant', async (given) => {
    const clock = new ManualClock();
    const limited = { ...bucket('t'), limit: { perSecond: 40, burst: given.burst, exact: true } };
    const publishers = Array.from({ length: 8 }, () => new RateLimiter());
    const taken = async (): Promise<number> => {
      const asked = publishers.flatMap((one) => [1, 2, 3].map(() => one.reserve([limited], { clock, rates: store })));
      return (await Promise.all(asked)).filter((answer) => !('over' in answer)).length;
    };
    const first = await taken();
    expect(first).toBeGreaterThanOrEqual(given.least);
    expect(first).toBeLessThanOrEqual(given.burst);
    clock.advanceTo(clock.now() + 100);
    const second = await taken();
    expect(second).toBeGreaterThan(0);
    expect(first + second).toBeLessThanOrEqual(given.burst + 4);
  });
}
