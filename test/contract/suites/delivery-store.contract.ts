import type { DeliveryRecord } from '../../../shared/domain/delivery/delivery.js';
import { newId } from '../../../shared/domain/base/ids.js';
import type { DeliveryStore } from '../../../shared/domain/delivery/delivery-store.js';
import { freshDelivery } from './fresh-delivery.js';
import { anEmission, anOutcome, SOME_ERROR } from '../../kit/generators/sample-messages.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const AT = new Date(NOW).toISOString();
const SECOND = 1000;

/** Demands on every {@link DeliveryStore}. */
export function deliveryStoreContract(make: () => Promise<DeliveryStore>): void {
  let store: DeliveryStore;
  beforeAll(async () => {
    store = await make();
  });

  const fresh = (receiver?: string) => freshDelivery(store, receiver);

  it('leases once, remembers the message, and counts the try', async () => {
    const { key, facts, lease } = fresh();
    expect(await store.get(key)).toBeUndefined();
    expect(await lease('a', NOW)).toEqual({ kind: 'leased', tries: 1 });
    expect(await store.get(key)).toEqual({
      ...key,
      facts,
      state: 'leased',
      tries: 1,
      owner: 'a',
      leasedUntil: new Date(NOW + 30 * SECOND).toISOString(),
      alone: false,
      emissions: [],
      firstReceived: new Date(NOW).toISOString(),
      updated: new Date(NOW).toISOString(),
    } satisfies DeliveryRecord);
  });

  it('is busy for anybody else while the lease runs, and says until when', async () => {
    const { lease } = fresh();
    await lease('a', NOW);
    expect(await lease('b', NOW + SECOND)).toEqual({ kind: 'busy', until: NOW + 30 * SECOND });
    expect(await lease('b', NOW + SECOND, true)).toEqual({ kind: 'busy', until: NOW + 30 * SECOND });
  });

  it('gives the same request, repeated, the lease it has', async () => {
    const { lease } = fresh();
    await lease('a', NOW);
    expect(await lease('a', NOW)).toEqual({ kind: 'leased', tries: 1 });
  });

  it('gives one of many simultaneous receivers the lease', async () => {
    const { lease } = fresh();
    const results = await Promise.all(Array.from({ length: 12 }, (_, index) => lease(`owner-${index}`, NOW)));
    expect(results.filter(({ kind }) => kind === 'leased')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'busy')).toHaveLength(11);
  });

  it('keeps receivers and messages apart', async () => {
    const one = fresh('one');
    const two = { ...one.key, receiver: 'two' };
    await one.lease('a', NOW);
    expect(await store.lease(two, one.facts, { owner: 'b', now: NOW, until: NOW + SECOND, alone: false })).toEqual({
      kind: 'leased',
      tries: 1,
    });
  });

  it('counts a try that was given back, and hands the error on', async () => {
    const { key, lease } = fresh();
    await lease('a', NOW);
    expect(await store.release(key, 'a', SOME_ERROR, NOW + SECOND)).toBe('stored');
    expect(await store.get(key)).toMatchObject({ state: 'retrying', tries: 1, error: SOME_ERROR });
    expect((await store.get(key))?.leasedUntil).toBeUndefined();
    expect(await lease('b', NOW + 2 * SECOND)).toEqual({ kind: 'leased', tries: 2 });
    expect((await store.get(key))?.firstReceived).toBe(new Date(NOW).toISOString());
  });

  it('does not count a try that was given back because a store had failed', async () => {
    const { key, lease } = fresh();
    await lease('a', NOW, true);
    expect(await store.giveBack(key, 'a', SOME_ERROR, NOW)).toBe('stored');
    expect(await store.get(key)).toMatchObject({ state: 'retrying', tries: 0, error: SOME_ERROR });
    expect(await lease('b', NOW + 2 * SECOND)).toEqual({ kind: 'leased', tries: 1 });
  });

  it('does not lease after a dead lease unless alone, and does not count the dead one', async () => {
    const { lease } = fresh();
    await lease('a', NOW);
    const later = NOW + 31 * SECOND;
    expect(await lease('b', later)).toEqual({ kind: 'suspect' });
    expect(await lease('b', later)).toEqual({ kind: 'suspect' });
    expect(await lease('c', later, true)).toEqual({ kind: 'leased', tries: 1 });
  });

  it('counts a dead lease that ran alone, unless the process that asks is the one that left it', async () => {
    const { lease } = fresh();
    await lease('p.1', NOW, true);
    expect(await lease('q.1', NOW + 31 * SECOND, true)).toEqual({ kind: 'leased', tries: 2 });
    expect(await lease('q.2', NOW + 62 * SECOND, true)).toEqual({ kind: 'leased', tries: 2 });
  });

  it('gives one of many the lease after a dead one', async () => {
    const { lease } = fresh();
    await lease('dead', NOW);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => lease(`owner-${index}`, NOW + 40 * SECOND, true)),
    );
    expect(results.filter(({ kind }) => kind === 'leased')).toEqual([{ kind: 'leased', tries: 1 }]);
  });

  it('takes the outcome of the owner, with its emissions as they were, once', async () => {
    const { key, lease } = fresh();
    await lease('a', NOW);
    const outcome = anOutcome(NOW + SECOND, { emissions: [anEmission(), anEmission({ receiver: 'asker' })] });
    expect(await store.settle(key, 'b', outcome)).toBe('lost');
    expect(await store.settle(key, 'a', outcome)).toBe('stored');
    const { owner: _owner, ...record } = (await store.get(key)) ?? {};
    expect(record).toMatchObject({ state: 'completed', copy: outcome.copy, emissions: outcome.emissions, tries: 1 });
    expect(record).not.toHaveProperty('leasedUntil');
    expect(await store.settle(key, 'a', outcome)).toBe('stored'); // its own repetition
    expect(await store.settle(key, 'a', anOutcome(NOW + 2 * SECOND))).toBe('lost');
    expect(await lease('c', NOW + 3 * SECOND)).toMatchObject({ kind: 'settled', record: { copy: outcome.copy } });
    expect(await lease('c', NOW + 99 * SECOND, true)).toMatchObject({ kind: 'settled' });
  });

  it('takes a late outcome while nobody else took over, and none after', async () => {
    const slow = fresh();
    await slow.lease('a', NOW);
    expect(await store.settle(slow.key, 'a', anOutcome(NOW + 90 * SECOND))).toBe('stored');
    const taken = fresh();
    await taken.lease('a', NOW);
    await taken.lease('b', NOW + 31 * SECOND, true);
    expect(await store.settle(taken.key, 'a', anOutcome(NOW + 32 * SECOND))).toBe('lost');
    expect(await store.release(taken.key, 'a', SOME_ERROR, NOW + 32 * SECOND)).toBe('lost');
    expect(await store.progress(taken.key, 'a', { fraction: 0.5, at: AT })).toBe('lost');
    expect(await store.settle(taken.key, 'b', anOutcome(NOW + 33 * SECOND))).toBe('stored');
  });

  it('refers to offloaded emissions and keeps the error of a dead-lettered delivery', async () => {
    const { key, lease } = fresh();
    await lease('a', NOW);
    await store.release(key, 'a', SOME_ERROR, NOW);
    await lease('b', NOW + SECOND);
    const error = { ...SOME_ERROR, message: 'x'.repeat(5000) + '\ud800' };
    const outcome = anOutcome(NOW + 2 * SECOND, { state: 'dead-lettered', emissionsRef: 'emissions/1', error });
    expect(await store.settle(key, 'b', outcome)).toBe('stored');
    const record = await store.get(key);
    expect(record).toMatchObject({ state: 'dead-lettered', emissionsRef: 'emissions/1', tries: 2 });
    expect(record?.error?.message).toBe('x'.repeat(2000));
  });

  it('forgets the error of a failed try in a completed outcome', async () => {
    const { key, lease } = fresh();
    await lease('a', NOW);
    await store.release(key, 'a', SOME_ERROR, NOW);
    await lease('b', NOW + SECOND);
    await store.settle(key, 'b', anOutcome(NOW + 2 * SECOND));
    expect(await store.get(key)).not.toHaveProperty('error');
  });

  it('settles without a lease where nobody works and nothing is settled', async () => {
    const { key, facts, lease } = fresh();
    const outcome = anOutcome(NOW, { state: 'expired' });
    expect(await store.settleUnleased(key, facts, outcome)).toBe('stored');
    expect(await store.get(key)).toMatchObject({ state: 'expired', tries: 0, facts, copy: outcome.copy });
    expect(await store.settleUnleased(key, facts, outcome)).toBe('stored'); // its own repetition
    expect(await store.settleUnleased(key, facts, anOutcome(NOW))).toMatchObject({ copy: outcome.copy });
    expect(await lease('a', NOW)).toMatchObject({ kind: 'settled', record: { state: 'expired' } });
  });

  it('does not settle under a running lease, but does after a dead or returned one', async () => {
    const { key, facts, lease } = fresh();
    await lease('a', NOW);
    expect(await store.settleUnleased(key, facts, anOutcome(NOW + SECOND))).toMatchObject({
      state: 'leased',
      owner: 'a',
    });
    expect(await store.settleUnleased(key, facts, anOutcome(NOW + 30 * SECOND, { state: 'expired' }))).toBe('stored');
    expect(await store.settle(key, 'a', anOutcome(NOW + 31 * SECOND))).toBe('lost');
    const returned = fresh();
    await returned.lease('a', NOW);
    await store.release(returned.key, 'a', SOME_ERROR, NOW);
    expect(await store.settleUnleased(returned.key, returned.facts, anOutcome(NOW + SECOND))).toBe('stored');
    expect(await store.get(returned.key)).toMatchObject({ tries: 1 });
  });

  it('stores one of many simultaneous outcomes', async () => {
    const { key, facts } = fresh();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => store.settleUnleased(key, facts, anOutcome(NOW, { state: 'expired' }))),
    );
    expect(results.filter((result) => result === 'stored')).toHaveLength(1);
  });

  it('opens a dead-lettered delivery again, with tries counted anew and its history kept', async () => {
    const { key, facts, lease } = fresh();
    await lease('a', NOW);
    await store.progress(key, 'a', { fraction: 0.5, at: AT });
    await store.release(key, 'a', SOME_ERROR, NOW);
    await lease('b', NOW + SECOND);
    const dead = anOutcome(NOW + 2 * SECOND, {
      state: 'dead-lettered',
      emissionsRef: 'emissions/2',
      error: SOME_ERROR,
    });
    await store.settle(key, 'b', dead);
    expect(await store.reopen(key, 'letter-1', NOW + 3 * SECOND)).toBe('reopened');
    const opened: DeliveryRecord = {
      ...key,
      facts,
      state: 'retrying',
      tries: 0,
      emissions: [],
      error: SOME_ERROR,
      firstReceived: new Date(NOW).toISOString(),
      updated: new Date(NOW + 3 * SECOND).toISOString(),
      redrives: 1,
      lastDeadLetter: 'letter-1',
    };
    expect(await store.get(key)).toEqual(opened);
    expect(await store.reopen(key, 'letter-1', NOW + 4 * SECOND)).toBe('reopened'); // its own repetition
    expect(await store.get(key)).toEqual(opened);
    expect(await store.reopen(key, 'letter-2', NOW + 4 * SECOND)).toBe('not-dead');
    expect(await lease('c', NOW + 5 * SECOND)).toEqual({ kind: 'leased', tries: 1 });
    expect(await store.get(key)).toMatchObject({ state: 'leased', redrives: 1, lastDeadLetter: 'letter-1' });
    expect(await store.reopen(key, 'letter-1', NOW + 6 * SECOND)).toBe('not-dead');
    expect(await store.settle(key, 'c', { ...dead, at: NOW + 7 * SECOND, copy: 'again' })).toBe('stored');
    expect(await store.reopen(key, 'letter-1', NOW + 8 * SECOND)).toBe('reopened');
    expect(await store.get(key)).toMatchObject({ tries: 0, redrives: 2 });
    expect(await lease('d', NOW + 9 * SECOND)).toEqual({ kind: 'leased', tries: 1 });
    expect(await store.settle(key, 'd', anOutcome(NOW + 10 * SECOND))).toBe('stored');
    expect(await store.get(key)).toMatchObject({ state: 'completed', tries: 1, redrives: 2 });
  });

  it('opens nothing that is no dead letter', async () => {
    const { key, lease } = fresh();
    expect(await store.reopen(key, 'letter', NOW)).toBe('not-dead');
    expect(await store.get(key)).toBeUndefined();
    await lease('a', NOW);
    expect(await store.reopen(key, 'letter', NOW)).toBe('not-dead');
    await store.release(key, 'a', SOME_ERROR, NOW);
    expect(await store.reopen(key, 'letter', NOW)).toBe('not-dead');
    await lease('b', NOW);
    await store.settle(key, 'b', anOutcome(NOW));
    expect(await store.reopen(key, 'letter', NOW)).toBe('not-dead');
    expect(await store.get(key)).toMatchObject({ state: 'completed', tries: 2 });
  });

  it('opens a delivery once for many simultaneous redrives', async () => {
    const { key, facts } = fresh();
    await store.settleUnleased(key, facts, anOutcome(NOW, { state: 'dead-lettered', error: SOME_ERROR }));
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => store.reopen(key, `l-${index}`, NOW)));
    expect(results.filter((result) => result === 'reopened')).toHaveLength(1);
    expect(await store.get(key)).toMatchObject({ state: 'retrying', redrives: 1 });
  });

  it('notes progress of the owner', async () => {
    const { key, lease } = fresh();
    expect(await store.progress(key, 'a', { fraction: 0.1, at: AT })).toBe('lost');
    await lease('a', NOW);
    expect(await store.progress(key, 'a', { fraction: 0.4, note: 'matching', at: AT })).toBe('stored');
    expect(await store.get(key)).toMatchObject({
      state: 'leased',
      progress: { fraction: 0.4, note: 'matching', at: AT },
    });
    expect(await store.settle(key, 'a', anOutcome(NOW + SECOND))).toBe('stored');
    expect(await store.progress(key, 'a', { fraction: 0.9, at: AT })).toBe('lost');
  });

  it('makes the lease of its owner longer, and nobody else’s', async () => {
    const { key, lease } = fresh();
    expect(await store.renew(key, 'a', NOW + 60 * SECOND, NOW)).toBe('lost');
    await lease('a', NOW);
    expect(await store.renew(key, 'b', NOW + 60 * SECOND, NOW)).toBe('lost');
    expect(await store.renew(key, 'a', NOW + 60 * SECOND, NOW + 10 * SECOND)).toBe('renewed');
    expect(await store.get(key)).toMatchObject({
      ...{ state: 'leased', owner: 'a', tries: 1 },
      leasedUntil: new Date(NOW + 60 * SECOND).toISOString(),
      updated: new Date(NOW + 10 * SECOND).toISOString(),
    });
    expect(await lease('b', NOW + 45 * SECOND)).toEqual({ kind: 'busy', until: NOW + 60 * SECOND });
    // Run out, but nobody else's yet.
    expect(await store.renew(key, 'a', NOW + 90 * SECOND, NOW + 70 * SECOND)).toBe('renewed');
    expect(await lease('b', NOW + 95 * SECOND, true)).toEqual({ kind: 'leased', tries: 1 });
    expect(await store.renew(key, 'a', NOW + 200 * SECOND, NOW + 96 * SECOND)).toBe('lost');
    expect(await store.settle(key, 'b', anOutcome(NOW + 97 * SECOND))).toBe('stored');
    expect(await store.renew(key, 'b', NOW + 200 * SECOND, NOW + 98 * SECOND)).toBe('lost');
  });

  const CANCELLED = { by: 'c-1', why: 'nobody waits', at: new Date(NOW).toISOString() };

  it('leaves a tombstone where no delivery has come, which the lease sees and no reader takes for a delivery', async () => {
    const { key, facts, lease } = fresh();
    expect(await store.cancel(key, CANCELLED)).toEqual({ kind: 'marked' });
    expect(await store.cancel(key, { ...CANCELLED, by: 'c-2' })).toEqual({ kind: 'marked' });
    expect(await store.get(key)).toBeUndefined();
    expect(await store.settle(key, 'a', anOutcome(NOW))).toBe('lost');
    expect(await lease('a', NOW)).toEqual({ kind: 'cancelled', cancellation: CANCELLED });
    expect(await lease('a', NOW, true)).toEqual({ kind: 'cancelled', cancellation: CANCELLED });
    const outcome = anOutcome(NOW + SECOND, { state: 'expired', error: SOME_ERROR });
    expect(await store.settleUnleased(key, facts, outcome)).toBe('stored');
    expect(await store.get(key)).toMatchObject({ state: 'expired', tries: 0, facts, cancelled: CANCELLED });
    expect(await lease('b', NOW + 2 * SECOND)).toMatchObject({ kind: 'settled' });
  });

  it('marks a delivery that is being handled: its owner hears of it, and may still settle it', async () => {
    const { key, lease } = fresh();
    await lease('a', NOW);
    expect(await store.cancel(key, CANCELLED)).toMatchObject({
      kind: 'marked',
      record: { state: 'leased', owner: 'a' },
    });
    expect(await store.progress(key, 'a', { fraction: 0.5, at: AT })).toBe('cancelled');
    expect(await store.progress(key, 'b', { fraction: 0.5, at: AT })).toBe('lost');
    expect(await store.renew(key, 'a', NOW + 90 * SECOND, NOW)).toBe('cancelled');
    expect(await lease('b', NOW + SECOND)).toEqual({ kind: 'busy', until: NOW + 30 * SECOND });
    expect(await store.settle(key, 'a', anOutcome(NOW + 2 * SECOND))).toBe('stored');
    expect(await store.get(key)).toMatchObject({ state: 'completed', cancelled: CANCELLED });
    expect(await store.cancel(key, CANCELLED)).toMatchObject({ kind: 'settled', record: { state: 'completed' } });
  });

  it('does not start a cancelled delivery again, whether its lease was given back or died', async () => {
    const returned = fresh();
    await returned.lease('a', NOW);
    await store.release(returned.key, 'a', SOME_ERROR, NOW);
    expect(await store.cancel(returned.key, CANCELLED)).toMatchObject({
      kind: 'marked',
      record: { state: 'retrying' },
    });
    expect(await returned.lease('b', NOW + SECOND)).toEqual({ kind: 'cancelled', cancellation: CANCELLED });
    const dead = fresh();
    await dead.lease('a', NOW);
    await store.cancel(dead.key, CANCELLED);
    expect(await dead.lease('b', NOW + 31 * SECOND)).toEqual({ kind: 'cancelled', cancellation: CANCELLED });
    expect(await dead.lease('b', NOW + 31 * SECOND, true)).toEqual({ kind: 'cancelled', cancellation: CANCELLED });
    const late = anOutcome(NOW + 32 * SECOND, { state: 'expired' });
    expect(await store.settleUnleased(dead.key, dead.facts, late)).toBe('stored');
  });

  it('forgets the cancellation of a dead letter that is opened again', async () => {
    const { key, facts, lease } = fresh();
    await store.cancel(key, CANCELLED);
    await store.settleUnleased(key, facts, anOutcome(NOW, { state: 'dead-lettered', error: SOME_ERROR }));
    expect(await store.reopen(key, 'letter', NOW + SECOND)).toBe('reopened');
    expect(await store.get(key)).not.toHaveProperty('cancelled');
    expect(await lease('a', NOW + 2 * SECOND)).toEqual({ kind: 'leased', tries: 1 });
  });

  it('lets one of a lease and a cancellation that come together win', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const { key, lease } = fresh();
        const [leased, cancelled] = await Promise.all([lease('a', NOW), store.cancel(key, CANCELLED)]);
        return { leased: leased.kind, running: cancelled.kind === 'marked' && cancelled.record?.state === 'leased' };
      }),
    );
    for (const { leased, running } of results) expect(leased === 'leased').toBe(running);
  });

  it('tells how many deliveries stand, in the order asked for, one asked for twice included', async () => {
    const [leased, retrying, settled] = [fresh(), fresh('retrying'), fresh('settled')];
    await leased.lease('a', NOW);
    await retrying.lease('b', NOW);
    await retrying.lease('b', NOW);
    await store.release(retrying.key, 'b', SOME_ERROR, NOW + SECOND);
    await store.settleUnleased(settled.key, settled.facts, anOutcome(NOW, { copy: 'c' }));
    const marked = fresh('marked');
    await store.cancel(marked.key, CANCELLED);
    const unknown = Array.from({ length: 220 }, (_, index) => fresh(`unknown-${index}`).key);
    const keys = [settled.key, ...unknown, leased.key, marked.key, retrying.key, settled.key];
    const standings = await store.standings(keys);
    expect(standings).toHaveLength(keys.length);
    expect(standings[0]).toMatchObject({ state: 'completed', copy: 'c', tries: 0 });
    expect(standings.slice(1, 221).every((standing) => standing === undefined)).toBe(true);
    expect(standings.slice(221)).toMatchObject([
      { state: 'leased', leasedUntil: new Date(NOW + 30 * SECOND).toISOString(), tries: 1 },
      undefined,
      { state: 'retrying', updated: new Date(NOW + SECOND).toISOString() },
      { state: 'completed' },
    ]);
    expect(await store.standings([])).toEqual([]);
  });

  it('takes an outcome of the same moment with other messages for another outcome', async () => {
    const { key, facts } = fresh();
    const outcome = anOutcome(NOW, { state: 'expired', emissions: [anEmission()] });
    expect(await store.settleUnleased(key, facts, outcome)).toBe('stored');
    expect(await store.settleUnleased(key, facts, outcome)).toBe('stored');
    const frozen = { ...outcome, emissions: [anEmission()] };
    expect(await store.settleUnleased(key, facts, frozen)).toMatchObject({ emissions: outcome.emissions });
  });

  it('adds up what a conversation is known to have had at a receiver; none counts for another', async () => {
    const key = { correlationId: newId(), receiver: 'worker' };
    expect(await store.countConversation(key, 32, NOW)).toBe(32);
    expect(await store.countConversation(key, 32, NOW)).toBe(64);
    expect(await store.countConversation({ ...key, receiver: 'other' }, 1, NOW)).toBe(1);
    expect(await store.countConversation({ ...key, correlationId: newId() }, 1, NOW)).toBe(1);
  });
}
