import fc from 'fast-check';
import {
  firstAttemptEnd,
  nextAttempt,
  SHORTEST_ATTEMPT_MS,
  type AttemptEnd,
  type Climb,
  type Rung,
} from '../../../../../shared/domain/request/ladder.js';

const AGENTS = ['a', 'b', 'c'];
const time = fc.integer({ min: SHORTEST_ATTEMPT_MS, max: 120_000 });
const maybe = fc.oneof(fc.constant({}), fc.record({ timeout: time }));
const backoff = fc
  .record({ first: fc.integer({ min: 1, max: 20_000 }), more: fc.nat(60_000) })
  .map(({ first, more }) => ({ first, most: first + more }));
const times = fc.integer({ min: 1, max: 3 });
const rung: Record<Rung['kind'], fc.Arbitrary<Rung>> = {
  retry: fc.record({ times, backoff, rest: maybe }).map(({ rest, ...own }) => ({ kind: 'retry', ...own, ...rest })),
  agent: fc
    .record({ times, rest: maybe })
    .map(({ rest, ...own }) => ({ kind: 'agent', agents: AGENTS, ...own, ...rest })),
  channel: maybe.map((rest) => ({ kind: 'channel', channel: 'other', agents: ['d'], ...rest })),
  person: time.map((within) => ({ kind: 'person', within })),
};
const ladders = fc
  .tuple(...(['retry', 'agent', 'channel', 'person'] as const).map((kind) => fc.option(rung[kind], { nil: undefined })))
  .map((rungs) => rungs.filter((one) => one !== undefined));

function climbOf(until: number): Climb {
  return {
    ...{ channel: 'own', until: new Date(until).toISOString(), rung: -1, used: 0, phase: 'asked', on: 'own', time: 0 },
    ...{ tried: ['a'], receiver: 'a' },
    command: { dataschema: 'urn:laneway:Ask:1', priority: 'normal' },
  };
}

/** Every attempt that times out, one after the other: when each begins and ends. */
function walk(ladder: readonly Rung[], whole: number) {
  const until = whole;
  let climb = climbOf(until);
  let now = firstAttemptEnd(ladder, 0, until);
  const attempts = [{ kind: 'first', begins: 0, ends: now, receiver: 'a' as string | undefined }];
  for (let attempt = 1; attempt < 50; attempt++) {
    const cause: AttemptEnd = { state: 'timed-out', attempt, by: 't', at: '' };
    const next = nextAttempt(ladder, climb, cause, now);
    if (!next) return { attempts, now };
    const begins = now + next.pause;
    now = begins + next.time;
    attempts.push({ kind: next.kind, begins, ends: now, receiver: next.receiver });
    const { receiver: _before, ...rest } = climb;
    climb = {
      ...rest,
      ...{ rung: next.rung, used: next.used, on: next.on },
      tried: next.receiver === undefined ? climb.tried : [...climb.tried, next.receiver],
      ...(next.receiver === undefined ? {} : { receiver: next.receiver }),
    };
  }
  throw new Error('there is no end to it');
}

it('any ladder ends within the time of the request, in order, with attempts that are long enough', () => {
  fc.assert(
    fc.property(ladders, fc.integer({ min: 1_000, max: 600_000 }), (ladder, whole) => {
      const { attempts, now } = walk(ladder, whole);
      expect(now).toBeLessThanOrEqual(whole);
      for (const { begins, ends } of attempts.slice(1))
        expect(ends - begins).toBeGreaterThanOrEqual(SHORTEST_ATTEMPT_MS);
      const order = ['first', 'retry', 'agent', 'channel', 'person'];
      const ranks = attempts.map(({ kind }) => order.indexOf(kind));
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      const substitutes = attempts.filter(({ kind }) => kind === 'agent').map(({ receiver }) => receiver);
      expect(new Set(['a', ...substitutes]).size).toBe(substitutes.length + 1);
    }),
    { numRuns: 500 },
  );
});

it('shares the time equally where nothing is declared', () => {
  const ladder: Rung[] = [
    { kind: 'retry', times: 2, backoff: { first: 1_000, most: 1_000 } },
    { kind: 'person', within: 28_000 },
  ];
  expect(walk(ladder, 120_000).attempts.map(({ begins, ends }) => [begins, ends])).toEqual([
    [0, 30_000],
    [31_000, 61_000],
    [62_000, 92_000],
    [92_000, 120_000],
  ]);
});

it('without a rung the first attempt has the whole time', () => {
  expect(walk([], 30_000)).toMatchObject({ attempts: [{ ends: 30_000 }], now: 30_000 });
});

it('doubles the pauses up to the most', () => {
  const ladder: Rung[] = [{ kind: 'retry', times: 4, timeout: 6_000, backoff: { first: 1_000, most: 3_000 } }];
  const { attempts } = walk(ladder, 600_000);
  expect(attempts.slice(1).map(({ begins }, index) => begins - (attempts[index]?.ends ?? 0))).toEqual([
    1_000, 2_000, 3_000, 3_000,
  ]);
});

it('passes over a repetition whose pause is longer than what is left: a substitute may still answer', () => {
  const ladder: Rung[] = [
    { kind: 'retry', times: 2, backoff: { first: 40_000, most: 40_000 } },
    { kind: 'agent', agents: AGENTS, times: 1 },
  ];
  const cause: AttemptEnd = { state: 'failed', attempt: 1, by: 'm', at: '' };
  expect(nextAttempt(ladder, climbOf(60_000), cause, 30_000)).toMatchObject({
    ...{ kind: 'agent', receiver: 'b', pause: 0, time: 30_000 },
  });
  expect(nextAttempt(ladder, climbOf(60_000), cause, 56_000)).toBeUndefined();
});

it('asks nobody who is down: neither the same agent again, nor a substitute, nor a rung that has no other', () => {
  const ladder: Rung[] = [
    { kind: 'retry', times: 2, backoff: { first: 1_000, most: 1_000 } },
    { kind: 'agent', agents: AGENTS, times: 2 },
    { kind: 'channel', channel: 'other', agents: ['d'] },
    { kind: 'person', within: 30_000 },
  ];
  const cause: AttemptEnd = { state: 'timed-out', attempt: 1, by: 't', at: '' };
  const next = (...down: string[]) => nextAttempt(ladder, climbOf(600_000), cause, 0, { down: new Set(down) });
  expect(next()).toMatchObject({ kind: 'retry', receiver: 'a' });
  expect(next('a')).toMatchObject({ kind: 'agent', receiver: 'b' });
  expect(next('a', 'b')).toMatchObject({ kind: 'agent', receiver: 'c' });
  expect(next('a', ...AGENTS)).toMatchObject({ kind: 'channel', receiver: 'd' });
  expect(next('a', 'd', ...AGENTS)).toMatchObject({ kind: 'person' });
});
