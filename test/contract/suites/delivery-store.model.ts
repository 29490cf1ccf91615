import * as fc from 'fast-check';
import { factsOf } from '../../../shared/domain/delivery/delivery.js';
import type { DeliveryStore } from '../../../shared/domain/delivery/delivery-store.js';
import { anEnvelope, anOutcome, keyOfDelivery, SOME_ERROR } from '../../kit/generators/sample-messages.js';

const START = Date.UTC(2026, 0, 1, 12);
const RECEIVERS = 3;

type Step =
  | { readonly kind: 'lease'; readonly who: number; readonly alone: boolean; readonly for: number }
  | { readonly kind: 'settle' | 'release' | 'giveBack' | 'progress' | 'unleased'; readonly who: number }
  | { readonly kind: 'wait'; readonly ms: number };

const who = fc.nat({ max: RECEIVERS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('lease' as const),
      who,
      alone: fc.boolean(),
      for: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('settle' as const, 'unleased' as const), who }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('release', 'giveBack', 'progress'), who }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 25 }) }) },
);

/**
 * Several receivers of one delivery, who lease, die, settle and come back in any order. The model here is no second copy
 * of the rules: it keeps the history, and derives from it what must hold (one outcome; one holder; tries = leases that
 * were given back after a failed try or are held + dead ones that ran alone).
 */
export async function checkInterleavings(store: DeliveryStore, runs: number, seed?: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 24 }), async (steps) => {
      await interleave(store, steps);
    }),
    { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
  );
}

async function interleave(store: DeliveryStore, steps: readonly Step[]): Promise<void> {
  const envelope = anEnvelope();
  const key = keyOfDelivery(envelope);
  const facts = factsOf(envelope);
  let now = START;
  let leases = 0;
  /** Owner tokens the receivers believe in. */
  const tokens: (string | undefined)[] = Array.from({ length: RECEIVERS }, () => undefined);
  /** Each lease that was granted, in order, with its end. */
  const granted: { owner: string; until: number; alone: boolean; end?: 'returned' | 'untried' }[] = [];
  let stored = 0;
  let winner: string | undefined;

  const last = () => granted.at(-1);
  const held = (owner: string | undefined) =>
    stored === 0 && owner !== undefined && last()?.owner === owner && last()?.end === undefined;
  const running = () => held(last()?.owner) && (last()?.until ?? 0) > now;
  /** Leases that count, the next one included: all but those that died among neighbours. */
  const nextTries = () =>
    granted.filter(({ end, alone }) => end === 'returned' || (alone && end !== 'untried')).length + 1;

  for (const one of steps) {
    if (one.kind === 'wait') {
      now += one.ms;
      continue;
    }
    const token = tokens[one.who];
    if (one.kind === 'lease') {
      const owner = `owner-${leases++}`;
      const until = now + one.for;
      const dead = held(last()?.owner) && !running();
      const expected =
        stored > 0
          ? { kind: 'settled', record: { copy: winner } }
          : running()
            ? { kind: 'busy', until: last()?.until }
            : dead && !one.alone
              ? { kind: 'suspect' }
              : { kind: 'leased', tries: nextTries() };
      expect(await store.lease(key, facts, { owner, now, until, alone: one.alone })).toMatchObject(expected);
      if (expected.kind === 'leased') {
        granted.push({ owner, until, alone: one.alone });
        tokens[one.who] = owner;
      }
      continue;
    }
    // A receiver that never held a lease tries with a token of its own making.
    const owner = token ?? `forged-${one.who}`;
    const may = held(owner);
    if (one.kind === 'release' || one.kind === 'giveBack') {
      expect(await store[one.kind](key, owner, SOME_ERROR, now++)).toBe(may ? 'stored' : 'lost');
      const lease = last();
      if (may && lease) lease.end = one.kind === 'release' ? 'returned' : 'untried';
    } else if (one.kind === 'progress') {
      expect(await store.progress(key, owner, { fraction: 0.5, at: '2026-01-01T00:00:00.000Z' })).toBe(
        may ? 'stored' : 'lost',
      );
    } else {
      const outcome = anOutcome(now);
      const free = stored === 0 && !running();
      const result =
        one.kind === 'settle'
          ? await store.settle(key, owner, outcome)
          : await store.settleUnleased(key, facts, outcome);
      expect(result === 'stored').toBe(one.kind === 'settle' ? may : free);
      if (result === 'stored') {
        stored++;
        winner = outcome.copy;
      }
    }
  }
  expect(stored).toBeLessThanOrEqual(1);
  const record = await store.get(key);
  if (winner !== undefined) expect(record).toMatchObject({ state: 'completed', copy: winner });
  else expect(record?.copy).toBeUndefined();
}
