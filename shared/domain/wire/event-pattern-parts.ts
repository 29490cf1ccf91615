import type { Json } from '../base/json.js';

/** A JSON object. */
export type Fields = Readonly<Record<string, Json>>;

/** True for a JSON object: neither a list nor null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Splits dotted keys into nested fields. EventBridge joins keys by dots, so that `{ 'a.b': 1 }` and `{ a: { b: 1 } }` are one. */
export function joinDots(fields: Fields): Fields {
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(fields)) {
    const inner = isFields(value) ? joinDots(value) : value;
    const [head = '', ...rest] = key.split('.');
    const nested = rest.reduceRight<Json>((below, part) => ({ [part]: below }), inner);
    merge(result, head, nested);
  }
  return result;
}

function merge(into: Record<string, Json>, key: string, value: Json): void {
  const present = Object.hasOwn(into, key) ? into[key] : undefined;
  if (!isFields(present) || !isFields(value)) {
    into[key] = value;
    return;
  }
  const merged: Record<string, Json> = { ...present };
  for (const [name, inner] of Object.entries(value)) merge(merged, name, inner);
  into[key] = merged;
}

/** The bits of an IPv4 or IPv6 address, and their number; undefined for a text that is no address. */
export function addressBits(address: string): { readonly value: bigint; readonly width: number } | undefined {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(address) ? bitsOf4(address) : bitsOf6(address);
}

function bitsOf4(address: string): { value: bigint; width: number } | undefined {
  const parts = address.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return { value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n), width: 32 };
}

function bitsOf6(address: string): { value: bigint; width: number } | undefined {
  const halves = address.split('::');
  if (!address.includes(':') || halves.length > 2) return undefined;
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'));
  const [head, tail] = [groups(halves[0]), groups(halves[1])];
  const missing = halves.length === 1 ? 0 : Math.max(0, 8 - head.length - tail.length);
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (all.length !== 8 || all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { value: all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n), width: 128 };
}
