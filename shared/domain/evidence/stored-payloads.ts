import { Buffer } from 'node:buffer';
import { INLINE_EMISSIONS_BYTES, payloadKey } from '../delivery/claim-check.js';
import type { LedgerEntry } from './conversation.js';
import type { DeadLetter } from '../delivery/dead-letter.js';
import type { Emission, Intent } from '../delivery/delivery.js';
import type { Envelope } from '../wire/envelope.js';
import type { PayloadStore } from '../wire/payload-store.js';

/**
 * Puts the payload of an intent over 32 KB into the store; the envelope then carries a claim check. A shorter intent
 * stays as it is.
 */
export async function slimIntent(intent: Intent, payloads: PayloadStore): Promise<Intent> {
  const { data, ...rest } = intent.envelope;
  if (data === undefined || Buffer.byteLength(JSON.stringify(intent.envelope)) <= INLINE_EMISSIONS_BYTES) return intent;
  const dataref = payloadKey(intent.envelope.correlationid, intent.envelope.id);
  await payloads.put(dataref, JSON.stringify(data));
  const envelope: Envelope = { ...rest, dataref };
  return { ...intent, envelope };
}

/** Text of a letter, its body put into the payload store when the whole has more than `mostBytes` bytes. */
export async function letterText(letter: DeadLetter, payloads: PayloadStore, mostBytes: number): Promise<string> {
  const text = JSON.stringify(letter);
  if (Buffer.byteLength(text) <= mostBytes) return text;
  const bodyRef = `dead-letters/${letter.receiver}/${letter.copy}`;
  await payloads.put(bodyRef, letter.body);
  return JSON.stringify({ ...letter, body: '', bodyRef } satisfies DeadLetter);
}

/** Adds to a delivery the emissions that its item refers to (JSON: an array of emissions); every other entry stays as it is. */
export async function withEmissions(entry: LedgerEntry, payloads: PayloadStore): Promise<LedgerEntry> {
  if (entry.kind !== 'delivery' || entry.delivery.emissionsRef === undefined) return entry;
  const emissions = JSON.parse(await payloads.get(entry.delivery.emissionsRef)) as Emission[];
  return { ...entry, delivery: { ...entry.delivery, emissions } };
}
