import type { OpenExecutionStore } from '../../../shared/domain/execution/open-executions.js';
import { newId } from '../../../shared/domain/base/ids.js';

const HOUR = 3_600_000;

/** Demands on every {@link OpenExecutionStore}. */
export function openExecutionStoreContract(make: () => Promise<OpenExecutionStore>): void {
  let store: OpenExecutionStore;
  const now = Date.now();
  const execution = (name = `w-${newId()}`) => ({ workflow: 'w', name, since: now });

  beforeAll(async () => {
    store = await make();
  });

  async function dueIn(after: number, until: number): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const one of store.due(after, until)) found.push(one);
    return found;
  }

  it('gives what is due, oldest first, over the hours', async () => {
    const [late, soon, far] = [execution(), execution(), execution()];
    await store.note(late, now + 2 * HOUR);
    await store.note(soon, now + 1_000);
    await store.note(far, now + 5 * HOUR);
    expect(await dueIn(now, now + 3 * HOUR)).toEqual([
      { ...soon, due: now + 1_000 },
      { ...late, due: now + 2 * HOUR },
    ]);
    expect(await dueIn(now + 1_000, now + 3 * HOUR)).toEqual([{ ...late, due: now + 2 * HOUR }]);
    for (const { name } of [late, soon, far]) await store.close(name);
  });

  it('moves a note that is repeated', async () => {
    const one = execution();
    await store.note(one, now + 1_000);
    await store.note(one, now + HOUR);
    expect(await dueIn(now, now + 2_000)).toEqual([]);
    expect(await dueIn(now, now + HOUR)).toEqual([{ ...one, due: now + HOUR }]);
    await store.close(one.name);
  });

  it('forgets a note that is taken away, more than once, and one that never was', async () => {
    const one = execution();
    await store.note(one, now + 1_000);
    await store.close(one.name);
    await store.close(one.name);
    await store.close(`w-${newId()}`);
    expect(await dueIn(now, now + HOUR)).toEqual([]);
  });

  it('notes anew what was taken away', async () => {
    const one = execution();
    await store.note(one, now + 1_000);
    await store.close(one.name);
    await store.note(one, now + 2_000);
    expect(await dueIn(now, now + HOUR)).toEqual([{ ...one, due: now + 2_000 }]);
    await store.close(one.name);
  });
}
