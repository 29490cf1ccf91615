import { newId } from '../../../../shared/domain/base/ids.js';
import { RateLimiter } from '../../../../shared/domain/rate/rate-limiter.js';
import type { RateStore } from '../../../../shared/domain/rate/rate-store.js';
import { ManualClock } from '../../../../shared/testing/memory/manual-clock.js';

/** Demands on every {@link RateStore}. */
export function rateStoreContract(make: () => Promise<RateStore>): void {
  let store: RateStore;
  beforeAll(async () => {
    store = await make();
  });
  const bucket = (tenant = '') => ({ key: `channel.c-${newId()}`, tenant });

  it('puts a state in the place of the one that was seen, and tells the other one otherwise', async () => {
    const one = bucket();
    expect(await store.swap(one, undefined, 10.5)).toBeUndefined();
    expect(await store.swap(one, undefined, 20)).toBe(10.5);
    expect(await store.swap(one, 10, 20)).toBe(10.5);
    expect(await store.swap(one, 10.5, 20)).toBeUndefined();
    expect(await store.swap(one, 20, 21)).toBeUndefined();
  });

  it('keeps parts and tenants apart', async () => {
    const one = bucket();
    for (const other of [one, { ...one, tenant: 'a' }, { ...one, tenant: '-' }, bucket()])
      expect(await store.swap(other, undefined, 1)).toBeUndefined();
  });

  it('of many at once one is first', async () => {
    const one = bucket();
    const answers = await Promise.all([1, 2, 3, 4, 5].map((state) => store.swap(one, undefined, state)));
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
