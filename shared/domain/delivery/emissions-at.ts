import type { PayloadStore } from '../wire/payload-store.js';
import { keptPlace } from '../wire/payload-keys.js';
import { writerOfReceiver } from '../wire/writers.js';
import { checkBelow, contentAt } from './claim-check.js';
import type { Emission } from './delivery.js';
import { readEmissions } from './delivery-form.js';

/**
 * The list of emissions at a key (JSON: an array of emissions), which a delivery of a receiver refers to. It is read only where that
 * receiver could put it: its row is its own word.
 * @throws LanewayError as contentAt; PAYLOAD_MISMATCH for a key below another's name; UNREADABLE for a list of another form
 */
export async function emissionsAt(
  key: string,
  receiver: string,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<readonly Emission[]> {
  checkBelow(key, keptPlace(writerOfReceiver(receiver), 'emissions'));
  return readEmissions(await contentAt(key, payloads));
}
