import { newBreaker, reset, tripped, type BreakerRecord } from '../../../shared/domain/breaker/breaker.js';
import type { BreakerStore } from '../../../shared/domain/breaker/breaker-store.js';
import { guardedCall } from '../../../shared/agent/guard/guarded-call.js';
import type { SeenBreaker } from '../../../shared/agent/guard/seen-breaker.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { ManualClock } from '../../../shared/testing/memory/manual-clock.js';

const AT = Date.UTC(2026, 0, 1);

/** A store, and the means to spoil what stands in it. */
export interface BreakerStand {
  readonly store: BreakerStore;
  /** Makes the breaker unreadable; undefined where nobody but the store writes. */
  readonly spoil?: (record: BreakerRecord) => Promise<void>;
}

/** Demands on every {@link BreakerStore}. */
export function breakerStoreContract(make: () => Promise<BreakerStand>): void {
  let stand: BreakerStand;
  beforeAll(async () => {
    stand = await make();
  });
  const fresh = (agent = `a-${newId()}`, name = 'crm') => newBreaker({ agent, name }, newId(), AT);
  const next = (record: BreakerRecord, writer = newId()): BreakerRecord => ({
    ...record,
    writer,
    version: record.version + 1,
    failures: record.failures + 1,
  });

  it('has none at first, and then the one that was written', async () => {
    const record = fresh();
    expect(await stand.store.get(record)).toBeUndefined();
    expect(await stand.store.put(record)).toEqual({ kind: 'stored' });
    expect(await stand.store.get(record)).toEqual(record);
  });

  it('takes one write on each version, and shows the others what stands', async () => {
    const record = fresh();
    await stand.store.put(record);
    const writes = await Promise.all(Array.from({ length: 8 }, () => stand.store.put(next(record))));
    expect(writes.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
    const standing = await stand.store.get(record);
    expect(standing).toMatchObject({ version: 2, failures: 1 });
    for (const one of writes) if (one.kind === 'other') expect(one.standing).toEqual(standing);
  });

  it('takes one first write', async () => {
    const [one, two] = [fresh('twice'), fresh('twice')].map((record) => ({ ...record, name: 'b' }));
    if (!one || !two) throw new Error('two');
    expect(await stand.store.put(one)).toEqual({ kind: 'stored' });
    expect(await stand.store.put(two)).toEqual({ kind: 'other', standing: one });
  });

  it('knows a write that comes again, and no older one', async () => {
    const record = fresh();
    await stand.store.put(record);
    const second = next(record);
    expect(await stand.store.put(second)).toEqual({ kind: 'stored' });
    expect(await stand.store.put(second)).toEqual({ kind: 'stored' });
    expect(await stand.store.put(next(second))).toEqual({ kind: 'stored' });
    expect(await stand.store.put(second)).toMatchObject({ kind: 'other', standing: { version: 3 } });
  });

  it('refuses a write on what is not there', async () => {
    expect(await stand.store.put(next(fresh()))).toEqual({ kind: 'other', standing: undefined });
  });

  it("keeps a breaker that a person opened, and lists an agent's own by name", async () => {
    const agent = `a-${newId()}`;
    const [mail, crm] = [fresh(agent, 'mail'), fresh(agent, 'crm')];
    const other = fresh(`${agent}-2`);
    for (const record of [mail, crm, other]) await stand.store.put(record);
    const open = tripped(mail, { by: 'ana', why: 'moving house' }, newId(), AT + 1);
    if (!open) throw new Error('it was closed');
    expect(await stand.store.put(open)).toEqual({ kind: 'stored' });
    expect(await stand.store.of(agent)).toEqual([crm, open]);
    const closed = reset(open, newId(), AT + 2);
    if (!closed) throw new Error('it was open');
    await stand.store.put(closed);
    expect(await stand.store.get(mail)).toEqual(closed);
    expect(await stand.store.of('nobody')).toEqual([]);
  });

  it('passes one by that cannot be read, and says so to whoever asks for it', async () => {
    if (!stand.spoil) return;
    const agent = `a-${newId()}`;
    const [mail, crm] = [fresh(agent, 'mail'), fresh(agent, 'crm')];
    for (const record of [mail, crm]) await stand.store.put(record);
    await stand.spoil(mail);
    expect(await stand.store.of(agent)).toEqual([crm]);
    await expect(stand.store.get(mail)).rejects.toMatchObject({ code: 'UNREADABLE' });
  });

  it('lets one of eight processes try a call at a time, until one is answered', async () => {
    const clock = new ManualClock(AT);
    const agent = `a-${newId()}`;
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    let [running, most, made, isAway] = [0, 0, 0, true];
    // A process knows of a breaker what it has seen itself.
    const processes = Array.from({ length: 8 }, () => ({ seen: new Map<string, SeenBreaker>() }));
    const all = () =>
      Promise.allSettled(
        processes.map(({ seen }) =>
          guardedCall(
            {
              name: 'crm',
              options: { failureThreshold: 3, recoveryTimeout: '60 seconds' },
              call: async () => {
                most = Math.max(most, ++running);
                made++;
                // The others ask the store meanwhile.
                await stand.store.of(agent);
                running--;
                if (isAway) throw new Error('no answer');
              },
            },
            {
              ...{ agent, seen, clock, log, breakers: stand.store, newOwner: newId },
              ...{ until: clock.now() + 30_000, signal: new AbortController().signal },
            },
          ),
        ),
      );
    await all();
    await all();
    expect(await stand.store.get({ agent, name: 'crm' })).toMatchObject({ state: 'open', turn: 1, failures: 3 });
    [most, made] = [0, 0];
    await all();
    expect(made).toBe(0);
    for (let time = 0; time < 5; time++) {
      clock.advance(60_000);
      await all();
    }
    expect({ most, made }).toEqual({ most: 1, made: 5 });
    isAway = false;
    clock.advance(60_000);
    await all();
    // Who asks when it is closed again is let through as well.
    expect(made).toBeGreaterThanOrEqual(6);
    expect(await stand.store.get({ agent, name: 'crm' })).toMatchObject({ state: 'closed', turn: 13, failures: 0 });
    clock.advance(6_000);
    const results = await all();
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
  });
}
