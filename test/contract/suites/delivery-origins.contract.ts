import type { DeliveryStore } from '../../../shared/domain/delivery/delivery-store.js';
import { anOutcome } from '../../kit/generators/sample-messages.js';
import { freshDelivery } from './fresh-delivery.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const AT = new Date(NOW).toISOString();
const SECOND = 1000;

/** Demands on every {@link DeliveryStore}: publishers that chose one id are told apart. */
export function deliveryOriginsContract(make: () => Promise<DeliveryStore>): void {
  let store: DeliveryStore;
  beforeAll(async () => {
    store = await make();
  });

  it('keeps messages of one id apart by their origin: an id is the choice of its sender', async () => {
    const { key, facts, lease } = freshDelivery(store);
    const forged = { ...key, origin: 'agent.forger/questions' };
    const asForger = { ...facts, source: 'laneway.sample.agent.forger' };
    const request = { owner: 'f', now: NOW, until: NOW + SECOND, alone: false };
    expect(await store.lease(forged, asForger, request)).toEqual({ kind: 'leased', tries: 1 });
    expect(await store.settle(forged, 'f', anOutcome(NOW))).toBe('stored');
    expect(await store.get(key)).toBeUndefined();
    expect(await store.standings([key, forged])).toMatchObject([undefined, { state: 'completed' }]);
    expect(await lease('a', NOW)).toEqual({ kind: 'leased', tries: 1 });
    expect(await store.settle(key, 'a', anOutcome(NOW + SECOND))).toBe('stored');
    const { origin: _origin, ...message } = key;
    const all = await store.ofMessage(message);
    expect(all.map(({ origin, owner }) => `${origin} ${owner ?? ''}`).sort()).toEqual(
      [`${forged.origin} f`, `${key.origin} a`].sort(),
    );
    expect(await store.ofMessage({ ...message, receiver: 'nobody' })).toEqual([]);
  });

  it('takes back the command of one origin, and no other message of its id', async () => {
    const { key, facts, lease } = freshDelivery(store);
    const other = { ...key, origin: 'agent.forger/questions' };
    await store.cancel(other, { by: 'c', why: 'it was forged', at: AT });
    expect(await store.ofMessage(key)).toEqual([]);
    expect(await lease('a', NOW)).toEqual({ kind: 'leased', tries: 1 });
    const asForger = { ...facts, source: 'laneway.sample.agent.forger' };
    const request = { owner: 'f', now: NOW, until: NOW + SECOND, alone: false };
    expect(await store.lease(other, asForger, request)).toMatchObject({ kind: 'cancelled' });
  });
}
