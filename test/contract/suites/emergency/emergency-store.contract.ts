import { newId } from '../../../../shared/domain/base/ids.js';
import type { Emergency, EmergencyStore } from '../../../../shared/domain/emergency/emergency.js';

/** Demands on every {@link EmergencyStore}. It holds one record, which the tests go on with. */
export function emergencyStoreContract(make: () => Promise<EmergencyStore>): void {
  let store: EmergencyStore;
  beforeAll(async () => {
    store = await make();
  });
  const next = async (own: Partial<Emergency> = {}): Promise<Emergency> => ({
    ...{ id: newId(), by: 'ana', why: 'fire', since: '2026-01-01T00:00:00.000Z' },
    measures: [
      { measure: { kind: 'stop-intake' } },
      {
        measure: { kind: 'resume', agent: 'clerk' },
        before: { agent: 'clerk', by: 'ben', why: 'disk', since: '2026-01-01T00:00:00.000Z' },
      },
    ],
    turn: ((await store.latest())?.turn ?? 0) + 1,
    ...own,
  });

  it('has what was written last, all of it', async () => {
    const one = await next();
    expect(await store.write(one)).toBe(true);
    expect(await store.latest()).toEqual(one);
    const ended = await next({
      id: one.id,
      ended: { by: 'ben', why: 'out', at: '2026-01-02T00:00:00.000Z', told: true },
    });
    expect(await store.write(ended)).toBe(true);
    expect(await store.latest()).toEqual(ended);
  });

  it('takes one of two that were made of the same', async () => {
    const [one, other] = [await next(), await next()];
    const written = await Promise.all([store.write(one), store.write(other)]);
    expect([...written].sort()).toEqual([false, true]);
    expect((await store.latest())?.id).toBe(written[0] ? one.id : other.id);
  });

  it('takes none of an earlier turn, and none that leaves one out', async () => {
    const one = await next();
    await store.write(one);
    expect(await store.write({ ...one, id: newId() })).toBe(false);
    expect(await store.write({ ...one, id: newId(), turn: one.turn + 2 })).toBe(false);
    expect(await store.latest()).toEqual(one);
  });
}
