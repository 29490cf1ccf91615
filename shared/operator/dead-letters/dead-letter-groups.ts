import type { DeadLetterEntry, DeadLetterReason } from '../../domain/delivery/dead-letter.js';
import { derivedId } from '../../domain/base/ids.js';
import type { DeadLetterBook } from '../../domain/evidence/dead-letter-book.js';

/** `open`, or what an operator did. */
export type DeadLetterState = 'open' | 'redriven' | 'edited' | 'discarded';

/** Filter of dead letters; every field that is given must fit. */
export interface DeadLetterFilter {
  /** A signature, or the short id that {@link groupId} makes of it. */
  readonly group?: string;
  readonly receiver?: string;
  readonly type?: string;
  readonly reason?: string;
  /** @defaultValue 'open' */
  readonly state?: DeadLetterState | 'any';
}

/** Dead letters of one cause. Times are ISO 8601. */
export interface DeadLetterGroup {
  readonly id: string;
  readonly signature: string;
  readonly count: number;
  readonly receivers: readonly string[];
  readonly types: readonly string[];
  readonly reasons: readonly DeadLetterReason[];
  /** Versions of the agents' code that failed, where they are known. */
  readonly versions: readonly string[];
  readonly first: string;
  readonly last: string;
  /** All tries together. */
  readonly tries: number;
}

const SHORT = 8;

/** A signature as a name that is easily typed: the first eight digits of the id derived from it. */
export function groupId(signature: string): string {
  return derivedId('dead-letter-group', signature).slice(0, SHORT);
}

/** The state of a dead letter. */
export function stateOf(letter: DeadLetterEntry): DeadLetterState {
  return letter.resolution?.state ?? 'open';
}

/** True for a dead letter that every given field of the filter fits. Without a state, only open dead letters fit. */
function isMeant(letter: DeadLetterEntry, filter: DeadLetterFilter): boolean {
  const { group, receiver, type, reason, state = 'open' } = filter;
  return (
    (state === 'any' || stateOf(letter) === state) &&
    (group === undefined || group === letter.signature || group === groupId(letter.signature)) &&
    (receiver === undefined || receiver === letter.receiver) &&
    (type === undefined || type === letter.facts?.type) &&
    (reason === undefined || reason === letter.reason)
  );
}

/** The dead letters that are meant, the latest first, at most `limit`. Reads every dead letter of the ledger's index. */
export async function findDeadLetters(
  book: Pick<DeadLetterBook, 'all'>,
  filter: DeadLetterFilter,
  limit = Number.POSITIVE_INFINITY,
): Promise<DeadLetterEntry[]> {
  const found: DeadLetterEntry[] = [];
  for await (const letter of book.all()) if (isMeant(letter, filter)) found.push(letter);
  return found.sort((a, b) => compare(b.at, a.at) || compare(a.id, b.id)).slice(0, limit);
}

/** Dead letters by signature, the most numerous first. */
export function groupDeadLetters(letters: Iterable<DeadLetterEntry>): DeadLetterGroup[] {
  const groups = new Map<string, DeadLetterEntry[]>();
  for (const letter of letters) {
    const group = groups.get(letter.signature);
    if (group) group.push(letter);
    else groups.set(letter.signature, [letter]);
  }
  return [...groups]
    .map(([signature, group]) => ({
      id: groupId(signature),
      signature,
      count: group.length,
      receivers: distinct(group.map(({ receiver }) => receiver)),
      types: distinct(group.flatMap(({ facts }) => facts?.type ?? [])),
      reasons: distinct(group.map(({ reason }) => reason)),
      versions: distinct(group.flatMap(({ version }) => version ?? [])),
      first: group.map(({ at, first = at }) => first).reduce((a, b) => (a < b ? a : b)),
      last: group.map(({ at }) => at).reduce((a, b) => (a > b ? a : b)),
      tries: group.reduce((sum, { tries }) => sum + tries, 0),
    }))
    .sort((a, b) => b.count - a.count || compare(a.signature, b.signature));
}

function distinct<Value extends string>(values: readonly Value[]): Value[] {
  return [...new Set(values)].sort(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
