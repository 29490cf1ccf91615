import { RateLimiter } from '../../../../../shared/domain/rate/rate-limiter.js';
import { turnOf } from '../../../../../shared/domain/rate/turns.js';
import { MemoryRates } from '../../../../../shared/testing/memory/rates/memory-rates.js';
import { ManualClock } from '../../../../../shared/testing/memory/manual-clock.js';
import { seededRandom } from '../../../../../shared/testing/memory/seeded-random.js';

/** Copies that come at once, each time to any of several environments, and come back as SQS gives them out: at whole seconds. */
async function play({ environments, exact, copies = 1_000, left }: Play) {
  const [clock, rates, random] = [new ManualClock(), new MemoryRates(), seededRandom(environments)];
  const limited = { key: 'agent.clerk', tenant: '', limit: { perSecond: 10, burst: 10, exact } };
  const limiters = Array.from({ length: environments }, () => new RateLimiter());
  const began = clock.now();
  let waiting = Array.from({ length: copies }, () => ({ at: began, receives: 1 }));
  const begun: number[] = [];
  let receipts = 0;
  while (waiting.length > 0) {
    const next = Math.min(...waiting.map(({ at }) => at));
    clock.advanceTo(next);
    const later: typeof waiting = [];
    for (const copy of waiting) {
      if (copy.at > next) later.push(copy);
      if (copy.at > next || next >= began + (left ?? Infinity)) continue;
      const limiter = limiters[Math.floor(random() * environments)] ?? new RateLimiter();
      const asked = { receives: copy.receives, ...(left !== undefined && { left: began + left - next }) };
      const wait = await turnOf(limited, asked, limiter, { clock, rates });
      receipts = Math.max(receipts, copy.receives);
      if (wait === 0) begun.push(next - began);
      else later.push({ at: next + Math.ceil(wait / 1_000) * 1_000, receives: copy.receives + 1 });
    }
    waiting = later;
  }
  return { begun, receipts, seconds: Math.max(...begun) / 1_000 };
}

interface Play {
  readonly environments: number;
  readonly exact: boolean;
  readonly copies?: number;
  /** Milliseconds from the beginning after which they expire. */
  readonly left?: number;
}

/** Most that began within any stretch of time, less what flows in meanwhile. */
function mostAtOnce(sorted: readonly number[]): number {
  let most = 0;
  for (const [first, from] of sorted.entries())
    for (const [more, to] of sorted.slice(first).entries()) most = Math.max(most, more + 1 - (to - from) / 100);
  return most;
}

it.each([1, 5, 10, 50])(
  '1,000 copies at ten a second, over %i environments, take 100 seconds',
  async (environments) => {
    const { begun, receipts, seconds } = await play({ environments, exact: true });
    process.stderr.write(
      `${environments} environments: ${seconds} seconds, a copy was received ${receipts} times at most\n`,
    );
    expect(begun).toHaveLength(1_000);
    expect(seconds).toBeGreaterThan(85);
    expect(seconds).toBeLessThan(115);
    expect(receipts).toBeLessThan(10);
    // The burst, and as many as flow in within a second.
    expect(mostAtOnce(begun)).toBeLessThanOrEqual(20 + 1e-6);
  },
);

it.each([1, 10])(
  'a pace of each of %i environments loses nothing, and no copy comes again and again',
  async (environments) => {
    const { begun, receipts, seconds } = await play({ environments, exact: false });
    expect(begun).toHaveLength(1_000);
    expect(seconds).toBeLessThan(115);
    expect(receipts).toBeLessThan(30);
  },
);

it('gives no turn to what has expired by then: what comes later has it', async () => {
  const { begun } = await play({ environments: 5, exact: true, left: 20_000 });
  expect(begun.length).toBeGreaterThan(180);
  expect(begun.length).toBeLessThan(221);
});
