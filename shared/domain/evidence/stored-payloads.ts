import { Buffer } from 'node:buffer';
import {
  contentKey,
  hashInKey,
  INLINE_EMISSIONS_BYTES,
  isGone,
  payloadPlace,
  putText,
} from '../delivery/claim-check.js';
import { withoutLinks } from '../base/without-links.js';
import { summarizeError } from '../base/errors.js';
import { entryId, type LedgerEntry } from './conversation.js';
import { emissionsAt } from '../delivery/emissions-at.js';
import type { UnreadableRows } from '../form/passed-over.js';
import { keptPlace } from '../wire/payload-keys.js';
import { writerOfReceiver } from '../wire/writers.js';
import type { DeadLetter } from '../delivery/dead-letter.js';
import type { Intent } from '../delivery/delivery.js';
import type { Envelope } from '../wire/envelope.js';
import type { PayloadStore } from '../wire/payload-store.js';

/**
 * Puts the payload of an intent over 32 KB into the store; the envelope then carries a claim check. A shorter intent
 * stays as it is.
 */
export async function slimIntent(intent: Intent, payloads: PayloadStore): Promise<Intent> {
  const { data, ...rest } = intent.envelope;
  if (data === undefined || Buffer.byteLength(JSON.stringify(intent.envelope)) <= INLINE_EMISSIONS_BYTES) return intent;
  const reference = await putText(payloadPlace(rest), JSON.stringify(data), payloads);
  const envelope: Envelope = { ...rest, ...reference };
  return { ...intent, envelope };
}

/**
 * Text of a dead letter, without links that decide approvals. Its body is put into the payload store when the whole has more than
 * `mostBytes` bytes.
 */
export async function storedDeadLetter(dead: DeadLetter, payloads: PayloadStore, mostBytes: number): Promise<string> {
  const letter = { ...dead, body: withoutLinks(dead.body) };
  const text = JSON.stringify(letter);
  if (Buffer.byteLength(text) <= mostBytes) return text;
  const bodyRef = contentKey(`${bodyPlace(letter)}/${letter.copy}`, letter.body);
  await payloads.put(bodyRef, letter.body);
  return JSON.stringify({ ...letter, body: '', bodyRef } satisfies DeadLetter);
}

/** Place of the texts that the writer of a dead letter puts aside: its receiver, or the agent that could not send the message. */
export function bodyPlace({ receiver, sender }: Pick<DeadLetter, 'receiver' | 'sender'>): string {
  return keptPlace(writerOfReceiver(sender ?? receiver), 'letters');
}

/** A text of the payload store that an entry refers to. */
export interface StoredText {
  readonly key: string;
  /** SHA-256 of the text that was stored; undefined for one of an earlier version, whose key does not say. */
  readonly hash: string | undefined;
  /** True for a list of emissions, which may refer to payloads. */
  readonly holdsEmissions: boolean;
}

/** The texts of the payload store that an entry refers to; `entry` is of any kind and any version. */
export function storedTextsOf(entry: Readonly<Record<string, unknown>>): StoredText[] {
  const intent = partOf(partOf(entry, 'intent'), 'envelope');
  const delivery = partOf(entry, 'delivery');
  const { emissions } = delivery;
  return [
    ...textAt(intent, 'dataref'),
    ...textAt(delivery, 'emissionsRef', true),
    ...textsOfEmissions(emissions),
    ...textAt(partOf(entry, 'deadLetter'), 'bodyRef'),
  ];
}

/** The payloads that emissions refer to. */
export function textsOfEmissions(emissions: unknown): StoredText[] {
  return Array.isArray(emissions)
    ? emissions.flatMap((emission: unknown) => textAt(membersOf(emission), 'dataref'))
    : [];
}

function textAt(holder: Readonly<Record<string, unknown>>, name: string, holdsEmissions = false): StoredText[] {
  const key = holder[name];
  return typeof key === 'string' ? [{ key, hash: hashInKey(key), holdsEmissions }] : [];
}

function partOf(holder: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  return membersOf(holder[name]);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Adds to a delivery the emissions that its item refers to; every other entry stays as it is. */
export async function withEmissions(entry: LedgerEntry, payloads: PayloadStore): Promise<LedgerEntry> {
  if (entry.kind !== 'delivery' || entry.delivery.emissionsRef === undefined) return entry;
  const { emissionsRef, receiver } = entry.delivery;
  const emissions = await emissionsAt(emissionsRef, receiver, payloads);
  return { ...entry, delivery: { ...entry.delivery, emissions } };
}

/**
 * Adds emissions like {@link withEmissions}. A list that is not there, or that cannot be read, is passed over and noted: the
 * delivery then stands without them, and the rest of its conversation is whole.
 * @throws LanewayError UNAVAILABLE
 */
export async function withReadableEmissions(
  entry: LedgerEntry,
  payloads: PayloadStore,
  passedOver: UnreadableRows,
): Promise<LedgerEntry> {
  try {
    return await withEmissions(entry, payloads);
  } catch (error) {
    const { retryable, message } = summarizeError(error);
    if (retryable && !isGone(error)) throw error;
    passedOver.add({ kind: 'list of emissions', where: entryId(entry), why: message.split('\n')[0] ?? '' });
    return entry;
  }
}
