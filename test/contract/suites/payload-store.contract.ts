import { newId } from '../../../shared/domain/base/ids.js';
import type { PayloadStore } from '../../../shared/domain/wire/payload-store.js';

/** Demands on every {@link PayloadStore}. */
export function payloadStoreContract(make: () => Promise<PayloadStore>): void {
  let store: PayloadStore;
  beforeAll(async () => {
    store = await make();
  });

  it.each([
    ['text beyond ASCII', 'grün \u{1f697} "quoted" \n'],
    ['nothing', ''],
    ['two megabytes', 'ä'.repeat(1_000_000)],
  ])('gives back %s as it was put', async (_, text) => {
    const key = `payloads/${newId()}/${newId()}.json`;
    await store.put(key, text);
    expect((await store.get(key)) === text).toBe(true);
  });

  it('replaces what was put under the same key', async () => {
    const key = `payloads/${newId()}/a b+c#d.json`;
    await store.put(key, 'first');
    await store.put(key, 'second');
    expect(await store.get(key)).toBe('second');
  });

  it('says NOT_FOUND, and that a retry is of no use', async () => {
    await expect(store.get(`payloads/${newId()}`)).rejects.toMatchObject({ code: 'NOT_FOUND', retryable: false });
  });

  it('reads a text that has as many bytes as allowed, and no longer one', async () => {
    const key = `payloads/${newId()}/bounded.json`;
    await store.put(key, 'ääää');
    expect(await store.get(key, 8)).toBe('ääää');
    await expect(store.get(key, 7)).rejects.toMatchObject({ code: 'TOO_LARGE', retryable: false });
  });
}
