import { readOrPass, type UnreadableRows } from '../form/passed-over.js';
import { unreadable } from '../form/stored-json.js';
import type { LedgerEntry } from './conversation.js';
import { checkEntry } from './entry-form.js';
import { comesAfter, type ArchiveLine, type ArchivePlace } from './archive.js';
import { readArchiveKey, shortDigest } from './archive-key.js';

/**
 * Keys of a day's objects in the order of their chains, without objects that were written but never became part of a
 * chain. Where several stand for the same place, only the one that was continued stays. Where none of them was
 * continued, as far as these keys and `known` tell, all stay: they hold the same changes.
 *
 * @param known digests that a chain is known to contain: those that later objects continue, and those of heads
 */
export function settledKeys(keys: readonly string[], known: readonly string[] = []): string[] {
  return placesOf(keys, known).flatMap((place) => {
    const continued = place.filter((object) => object.continued);
    return (continued.length > 0 ? continued : place).map(({ key }) => key);
  });
}

/** Keys, of some in order, of those objects that hold lines beyond a place. */
export function keysAfter(keys: readonly string[], after: ArchivePlace): string[] {
  const found: string[] = [];
  let next: ArchivePlace | undefined;
  let last = Number.POSITIVE_INFINITY;
  for (const key of keys.toReversed()) {
    const facts = readArchiveKey(key);
    if (!facts) continue;
    const { chain, first } = facts;
    // A chain goes on with the number after an object's last; the object that ends it may hold any number of lines.
    if (next?.chain !== chain) last = Number.POSITIVE_INFINITY;
    else if (next.number !== first) last = next.number - 1;
    if (comesAfter({ chain, number: last }, after)) found.push(key);
    next = { chain, number: first };
  }
  return found.reverse();
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

/**
 * The lines of an object's text that hold an entry, or those whose entry is of `kind`. A line that cannot be read is passed
 * over and noted; that the chain is broken there is for its verification to say.
 * @param name name of the object, as it is told of one of its lines
 */
export function readLines(
  text: string,
  { name, kind, passedOver }: { readonly name: string; readonly kind?: string; readonly passedOver: UnreadableRows },
): ArchiveLine[] {
  return textLines(text).flatMap((line, index) => {
    const place = () => ({ kind: 'archived line', where: `${name} line ${index + 1}` }) as const;
    const read = readOrPass(line, lineFrom, place, passedOver);
    return read !== undefined && (kind === undefined || read.entry.kind === kind) ? [read] : [];
  });
}

/** A line with its entry; undefined for the start of a chain. New kinds of entries are read as they are. */
function lineFrom(text: string): ArchiveLine | undefined {
  const line = parsed(text);
  if (line.entry === undefined) return undefined;
  const { chain, number, sequence, conversation, at, entry } = line;
  const isPlaced = typeof chain === 'string' && Number.isSafeInteger(number) && typeof sequence === 'string';
  if (!isPlaced || typeof conversation !== 'string' || typeof at !== 'string')
    throw unreadable('the line has no place');
  if (KNOWN_KINDS.has(entry.kind)) checkEntry(entry as LedgerEntry);
  return line as ArchiveLine;
}

/** Lines are nested as deep as the entries that they hold. */
function parsed(text: string): Partial<ArchiveLine> {
  try {
    return JSON.parse(text) as Partial<ArchiveLine>;
  } catch {
    throw unreadable('the line is not JSON');
  }
}

const KNOWN_KINDS: ReadonlySet<string> = new Set<LedgerEntry['kind']>([
  ...(['message', 'delivery', 'dead-letter', 'request', 'escalation', 'operator'] as const),
]);

/** The lines of a text, without their ends. */
export function textLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
