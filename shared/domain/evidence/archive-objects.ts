import type { ArchiveLine } from './archive.js';
import { readArchiveKey, shortDigest } from './archive-key.js';

/**
 * Keys of a day's objects in the order of their chains, without objects that were written but never became part of a
 * chain. Where several stand for the same place, only the one that was continued stays. Where none of them was
 * continued, as far as these keys and `known` tell, all stay: they hold the same changes.
 *
 * @param known digests that are known to be of a chain: those before later objects, those of heads
 */
export function settledKeys(keys: readonly string[], known: readonly string[] = []): string[] {
  return placesOf(keys, known).flatMap((place) => {
    const continued = place.filter((object) => object.continued);
    return (continued.length > 0 ? continued : place).map(({ key }) => key);
  });
}

/** True when several objects stand for one place of a chain and these keys do not tell which one the chain continues. */
export function hasRivals(keys: readonly string[], known: readonly string[] = []): boolean {
  return placesOf(keys, known).some((place) => place.length > 1 && !place.some(({ continued }) => continued));
}

/** Digests that objects with these keys continue. */
export function digestsBefore(keys: readonly string[]): string[] {
  return keys.flatMap((key) => readArchiveKey(key)?.before ?? []);
}

interface Placed {
  readonly key: string;
  readonly continued: boolean;
}

/** Objects by the place in a chain that they stand for, in order. */
function placesOf(keys: readonly string[], known: readonly string[]): Placed[][] {
  const ends = new Set([...known.map(shortDigest), ...digestsBefore(keys)]);
  const places = new Map<string, Placed[]>();
  for (const key of [...new Set(keys)].sort()) {
    const facts = readArchiveKey(key);
    if (!facts) continue;
    const place = `${facts.chain}/${facts.first}`;
    places.set(place, [...(places.get(place) ?? []), { key, continued: ends.has(facts.after) }]);
  }
  return [...places.values()];
}

/** The lines of an object's text that hold an entry, or those whose entry is of `kind`. */
export function readLines(text: string, kind?: string): ArchiveLine[] {
  return textLines(text)
    .map((line) => JSON.parse(line) as Partial<ArchiveLine>)
    .filter((line): line is ArchiveLine => line.entry !== undefined)
    .filter(({ entry }) => kind === undefined || entry.kind === kind);
}

/** The lines of a text, without their ends. */
export function textLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
