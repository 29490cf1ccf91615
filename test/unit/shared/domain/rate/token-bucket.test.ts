import * as fc from 'fast-check';
import { reserve, type BucketState } from '../../../../../shared/domain/rate/token-bucket.js';

const START = Date.UTC(2026, 0, 1);
const BUCKET = { perSecond: 10, burst: 20 };

/** Takes one token at each of the instants. @returns the instants at which those that were taken may be used */
function play(bucket: typeof BUCKET, instants: readonly number[], mostWait: number): number[] {
  let state: BucketState;
  return instants.flatMap((now) => {
    const answer = reserve(state, bucket, now, { mostWait });
    if (answer.kind === 'over') return [];
    ({ state } = answer);
    return [now + answer.wait];
  });
}

it('gives the burst at once, then one for every tenth of a second', () => {
  const taken = play(BUCKET, Array<number>(100).fill(START), 0);
  expect(taken).toHaveLength(20);
  const after = play(BUCKET, [...Array<number>(30).fill(START), ...Array<number>(30).fill(START + 1_000)], 0);
  expect(after).toHaveLength(30);
});

it('says after how long there is room, and takes nothing', () => {
  const { state } = { state: START + 2_000 };
  expect(reserve(state, BUCKET, START)).toEqual({ kind: 'over', wait: 100 });
  expect(reserve(state, BUCKET, START, { mostWait: 100 })).toEqual({ kind: 'taken', state: START + 2_100, wait: 100 });
  expect(reserve(state, BUCKET, START + 100)).toEqual({ kind: 'taken', state: START + 2_100, wait: 0 });
});

it('is full again after a pause, and no fuller', () => {
  const taken = play(BUCKET, [...Array<number>(20).fill(START), ...Array<number>(50).fill(START + 3_600_000)], 0);
  expect(taken).toHaveLength(40);
});

it('no stretch of time sees more than the burst and what flows in, whoever comes when, waiting or not', () => {
  const bucket = fc.record({
    perSecond: fc.double({ min: 0.1, max: 500, noNaN: true }),
    burst: fc.integer({ min: 1, max: 50 }),
  });
  const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000 })), { minLength: 1, maxLength: 150 });
  const waits = fc.constantFrom(0, 100, 10_000);
  fc.assert(
    fc.property(bucket, gaps, waits, (given, between, mostWait) => {
      let now = START;
      const used = play(
        given,
        between.map((gap) => (now += gap)),
        mostWait,
      ).sort((a, b) => a - b);
      for (let from = 0; from < used.length; from++)
        for (let to = from; to < used.length; to++) {
          const flows = (((used[to] ?? 0) - (used[from] ?? 0)) * given.perSecond) / 1_000;
          expect(to - from + 1).toBeLessThanOrEqual(given.burst + flows + 1e-3);
        }
    }),
    { numRuns: 200 },
  );
});
