import type { DeliveryRecord } from '../../../shared/domain/delivery/delivery.js';
import type { DeliveryStore } from '../../../shared/domain/delivery/delivery-store.js';
import { freshDelivery } from './fresh-delivery.js';
import { anEmission, anOutcome, SOME_ERROR } from '../../kit/generators/sample-messages.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const SECOND = 1000;

/** Demands on what a {@link DeliveryStore} notes of outcomes whose messages wait to be sent. */
export function unsentOutcomesContract(make: () => Promise<DeliveryStore>): void {
  let store: DeliveryStore;
  beforeAll(async () => {
    store = await make();
  });

  const fresh = (receiver?: string) => freshDelivery(store, receiver);

  const LINEAGE = { correlationId: 'c', causationId: 'm', hops: 4, path: 'abcd', tenant: 't' };
  const unsentAt = (at: number) => ({ lineage: LINEAGE, due: new Date(at).toISOString() });
  const waiting = async (after: number, until: number, of: { readonly messageId: string }) => {
    const found: DeliveryRecord[] = [];
    for await (const record of store.unsent(after, until)) if (record.messageId === of.messageId) found.push(record);
    return found;
  };

  it('finds outcomes whose messages wait by the time they are due, until they are noted as sent', async () => {
    const { key, lease } = fresh();
    await lease('a', NOW);
    const outcome = anOutcome(NOW + SECOND, { emissions: [anEmission()] });
    await store.settle(key, 'a', outcome);
    await store.noteUnsent(key, unsentAt(NOW + 60 * SECOND));
    expect(await waiting(NOW, NOW + 59 * SECOND, key)).toEqual([]);
    const [found] = await waiting(NOW, NOW + 60 * SECOND, key);
    expect(found).toMatchObject({ ...key, state: 'completed', emissions: outcome.emissions });
    expect(found?.unsent).toEqual(unsentAt(NOW + 60 * SECOND));
    expect(await waiting(NOW + 60 * SECOND, NOW + 90 * SECOND, key)).toEqual([]);
    await store.noteUnsent(key, unsentAt(NOW + 7_200 * SECOND));
    expect(await waiting(NOW, NOW + 60 * SECOND, key)).toEqual([]);
    expect(await waiting(NOW, NOW + 7_200 * SECOND, key)).toHaveLength(1);
    await store.noteSent(key, NOW + 8_000 * SECOND);
    expect(await waiting(NOW, NOW + 9_000 * SECOND, key)).toEqual([]);
    const sent = await store.get(key);
    expect(sent).toMatchObject({ sent: new Date(NOW + 8_000 * SECOND).toISOString(), updated: found?.updated });
    expect(sent).not.toHaveProperty('unsent');
  });

  it('notes that messages wait only where an outcome stands, and no longer once they were sent', async () => {
    const { key, facts, lease } = fresh();
    await store.noteUnsent(key, unsentAt(NOW));
    expect(await store.get(key)).toBeUndefined();
    await lease('a', NOW);
    await store.noteUnsent(key, unsentAt(NOW));
    expect(await store.get(key)).not.toHaveProperty('unsent');
    await store.settle(key, 'a', anOutcome(NOW, { emissions: [anEmission()] }));
    await store.noteSent(key, NOW);
    expect(await store.get(key)).not.toHaveProperty('sent');
    await store.noteUnsent(key, unsentAt(NOW));
    await store.noteSent(key, NOW + SECOND);
    await store.noteUnsent(key, unsentAt(NOW));
    expect(await store.get(key)).not.toHaveProperty('unsent');
    const dead = fresh();
    await store.settleUnleased(dead.key, facts, anOutcome(NOW, { state: 'dead-lettered', error: SOME_ERROR }));
    await store.noteUnsent(dead.key, unsentAt(NOW));
    expect(await store.get(dead.key)).not.toHaveProperty('unsent');
  });
}
