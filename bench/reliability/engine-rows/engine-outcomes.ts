import type { Effects } from '../depot/effects.js';
import type { Books } from './engine-depot.js';

/** Outcomes of some packages, counted by the witness. */
export interface Outcomes {
  /** Keys stored at least once. */
  readonly effects: number;
  readonly missing: readonly string[];
  /** Commands beyond the first by which a package was stored: a second outcome of its sorting. */
  readonly extra: number;
  /** Storings beyond the first by one and the same command: its handler ran again. */
  readonly storedAgain: number;
  /** Sortings beyond the first. */
  readonly sortedAgain: number;
}

/** Counts outcomes by the witness alone. Each try of the sorter sends its command under an id of its own. */
export function outcomesOf({ stored, sorted }: Effects, keys: readonly string[]): Outcomes {
  const missing: string[] = [];
  let extra = 0;
  let storedAgain = 0;
  let sortedAgain = 0;
  for (const key of keys) {
    const ids = stored.get(key);
    if (ids === undefined) missing.push(key);
    extra += Math.max(0, (ids?.size ?? 0) - 1);
    for (const times of ids?.values() ?? []) storedAgain += times - 1;
    sortedAgain += Math.max(0, (sorted.get(key)?.length ?? 0) - 1);
  }
  return { effects: keys.length - missing.length, missing, extra, storedAgain, sortedAgain };
}

/** Faults of the ledger's accounts, one sentence each, for packages whose deliveries should all have an outcome. */
export function bookProblems(books: Books, deliveries: number): string[] {
  const { expected, completed, expired, deadLettered, inFlight } = books;
  const problems: string[] = [];
  if (expected !== completed + expired + deadLettered + inFlight)
    problems.push(`the account does not add up: ${JSON.stringify(books)}`);
  if (expected !== deliveries) problems.push(`the ledger expects ${expected} deliveries, published were ${deliveries}`);
  if (inFlight > 0) problems.push(`${inFlight} deliveries have no outcome (${books.missing} of them never taken)`);
  return problems;
}

/** `expected 20 = completed 20 + expired 0 + dead-lettered 0 + in flight 0`. */
export const describeBooks = ({ expected, completed, expired, deadLettered, inFlight }: Books): string =>
  `ledger: expected ${expected} = completed ${completed} + expired ${expired} + dead-lettered ${deadLettered} + in flight ${inFlight}`;

/** The first few of a list, with how many more there are. */
export function firstOf(what: string, keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  const more = keys.length > 5 ? ` and ${keys.length - 5} more` : '';
  return [`${what}: ${keys.slice(0, 5).join(', ')}${more}`];
}
