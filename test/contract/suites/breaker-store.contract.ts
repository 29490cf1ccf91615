import { newBreaker, reset, tripped, type BreakerRecord } from '../../../shared/domain/breaker/breaker.js';
import type { BreakerStore } from '../../../shared/domain/breaker/breaker-store.js';
import { newId } from '../../../shared/domain/base/ids.js';

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
}
