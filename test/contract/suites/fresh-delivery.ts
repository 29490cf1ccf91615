import { newId } from '../../../shared/domain/base/ids.js';
import { factsOf } from '../../../shared/domain/delivery/delivery.js';
import type { DeliveryStore } from '../../../shared/domain/delivery/delivery-store.js';
import { anEnvelope, keyOfDelivery } from '../../kit/generators/sample-messages.js';

/** Milliseconds that a lease of {@link freshDelivery} lasts unless told otherwise. */
const LEASE_MS = 30_000;

/** A delivery of a new message that `store` knows nothing of, and its lease. */
export function freshDelivery(store: DeliveryStore, receiver?: string) {
  const envelope = anEnvelope({ causationid: newId(), requestid: newId(), hops: 3, attempt: 2 });
  const key = keyOfDelivery(envelope, receiver);
  const facts = factsOf(envelope);
  const lease = (owner: string, at: number, alone = false, until = at + LEASE_MS) =>
    store.lease(key, facts, { owner, now: at, until, alone });
  return { key, facts, lease };
}
