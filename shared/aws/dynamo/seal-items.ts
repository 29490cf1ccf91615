import { sealOf } from '../../domain/evidence/seal-form.js';
import { unreadable } from '../../domain/form/stored-json.js';
import type { Seal } from '../../domain/evidence/seal.js';

/** Bytes of a seal's text that one item holds; with its names it may have 409,600 (DynamoDB, "Item size"). */
export const SEAL_ITEM_BYTES = 350_000;

const PARTITION = 'seal';
const PART = 'part#';
const NUMBER_DIGITS = 12;
const PART_DIGITS = 4;

/** Key of the item that says which seal is the last: conditions are about this item alone. */
export const LAST_SEAL = { pk: PARTITION, sk: 'last' } as const;

/** Item with a part of a seal's text. */
export interface SealPart {
  readonly pk: string;
  readonly sk: string;
  readonly bytes: Uint8Array;
}

/** Items of a seal: the one that decides, and the parts of a text for which it has no room. */
export interface SealItems {
  readonly last: Readonly<Record<string, unknown>>;
  readonly parts: readonly SealPart[];
}

/**
 * Makes the items of a seal. A short text stands in the deciding item itself. Parts have the seal's number and digest in their
 * keys, so that two who seal at a time do not write over each other's.
 */
export function sealItems(seal: Seal): SealItems {
  const { number, digest } = seal;
  const text = JSON.stringify(seal);
  const bytes = Buffer.from(text);
  if (bytes.length <= SEAL_ITEM_BYTES) return { last: { ...LAST_SEAL, number, seal: text }, parts: [] };
  const count = Math.ceil(bytes.length / SEAL_ITEM_BYTES);
  const parts = Array.from({ length: count }, (_, index) => ({
    pk: PARTITION,
    sk: `${partsOf(number, digest)}${String(index).padStart(PART_DIGITS, '0')}`,
    bytes: bytes.subarray(index * SEAL_ITEM_BYTES, (index + 1) * SEAL_ITEM_BYTES),
  }));
  return { last: { ...LAST_SEAL, number, digest, parts: count }, parts };
}

/** Beginning of the sort keys of a seal's parts. */
export function partsOf(number: number, digest: string): string {
  return `${partsBefore(number)}${digest}#`;
}

/** Text between the sort keys of earlier seals' parts and those of a seal. */
export function partsBefore(number: number): string {
  return `${PART}${String(number).padStart(NUMBER_DIGITS, '0')}#`;
}

/** Lowest sort key of a part of any seal. */
export const FIRST_PART = PART;

/** Reads a seal from its parts, in the order of their keys. @throws LanewayError UNREADABLE */
export function sealFrom(parts: readonly Pick<SealPart, 'bytes'>[]): Seal {
  if (parts.some(({ bytes }) => !(bytes instanceof Uint8Array))) throw unreadable('a part of the seal is no bytes');
  return sealOf(Buffer.concat(parts.map(({ bytes }) => bytes)).toString('utf8'));
}
