import type { Harness } from 'laneway/testing';
import { effectsOf, PARTS } from './orders.js';
import type { RowResult } from './row.js';
import type { Witness } from './witness.js';

const MOST_PROBLEMS = 5;

/** Ledger and traffic of one order, noted when its world is at rest. */
interface Settled {
  readonly expected: number;
  readonly completed: number;
  readonly quarantined: number;
  /** In flight at rest, or dead without a dead letter. */
  readonly open: number;
}

/**
 * Holds what the witness saw against what the ledgers say and what was sent. The witness alone decides on effects; a
 * ledger that calls something completed of which the witness knows nothing has lost it.
 */
export class Tally {
  readonly #orders = new Map<string, Settled>();
  readonly #problems: string[] = [];
  #needless = 0;
  #struck = 0;

  /** Notes the accounts of a world at rest, and frees it. */
  add(world: Harness, names: readonly string[], options: { readonly sentOnce?: boolean } = {}): void {
    this.#struck += world.faults.struck;
    for (const name of names) {
      const { account } = world.conversation(name);
      const { expected, completed, expired, deadLettered, inFlight, withoutLetter } = account;
      const open = inFlight.length + withoutLetter.length;
      this.#orders.set(name, { expected, completed, quarantined: expired + deadLettered, open });
      if (open > 0) this.problem(world.conversation(name).sequence);
    }
    if (options.sentOnce !== true) return;
    const sendings = new Map<string, number>();
    for (const { id } of world.published) sendings.set(id, (sendings.get(id) ?? 0) + 1);
    const needless = world.published.length - sendings.size;
    if (needless > 0) this.problem(`${needless} messages were sent again though nothing had failed`);
    this.#needless += needless;
  }

  problem(text: string): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(text);
  }

  get struck(): number {
    return this.#struck;
  }

  /** Messages that were sent again though nothing had failed. */
  get needless(): number {
    return this.#needless;
  }

  /**
   * @param repeats `none` when no process died and no store failed, so that no handler may run twice for one delivery
   */
  result(witness: Witness, repeats: 'none' | 'as-struck'): RowResult {
    const seen = new Map<string, string[]>();
    let repeated = 0;
    for (const [key, count] of witness.counts()) {
      const name = key.slice(0, key.indexOf('|'));
      push(seen, name, key.slice(name.length + 1));
      repeated += count - 1;
    }
    const sum = { sent: 0, effects: 0, quarantined: 0, lost: 0, extra: this.#needless };
    for (const [name, { expected, completed, quarantined, open }] of this.#orders) {
      const keys = seen.get(name) ?? [];
      const other = keysOfOtherTries(keys);
      const effects = keys.length - other;
      const due = Math.max(effectsOf(partsIn(keys)), expected);
      const unseen = Math.max(0, (quarantined === 0 ? due : completed) - effects);
      const beyond = Math.max(0, effects - completed - quarantined - open) + other;
      if (unseen > 0) this.problem(`${name}: ${unseen} of ${due} effects are missing: ${keys.join(' ')}`);
      if (beyond > 0) this.problem(`${name}: ${beyond} effects too many: ${keys.join(' ')}`);
      sum.sent += quarantined === 0 ? due : expected;
      sum.effects += effects;
      sum.quarantined += quarantined;
      sum.lost += Math.max(open, unseen);
      sum.extra += beyond;
    }
    if (repeats === 'none' && repeated > 0) {
      this.problem(`${repeated} handlings were repeated though nothing had failed`);
      sum.extra += repeated;
    }
    if (repeats === 'as-struck' && repeated > this.#struck)
      this.problem(`${repeated} handlings were repeated by ${this.#struck} faults`);
    return {
      ...sum,
      ok: sum.lost === 0 && sum.extra === 0 && this.#problems.length === 0,
      figure: `${this.#struck} faults struck, ${repeated} handlings repeated`,
      problems: this.#problems,
    };
  }
}

/**
 * Keys `<what>|<try>/<part>/<parts>` of an order that belong to another try than the one with the most, or to parts beyond what
 * that try made: emissions of more than one try have arrived.
 */
function keysOfOtherTries(keys: readonly string[]): number {
  const tries = new Map<string, number>();
  for (const key of keys) {
    const name = /\|([^/]+)/.exec(key)?.[1];
    if (name !== undefined) tries.set(name, (tries.get(name) ?? 0) + 1);
  }
  const sizes = [...tries.values()];
  return sizes.reduce((sum, size) => sum + size, 0) - Math.max(0, ...sizes);
}

/** Parts that the arrived try made, by the total that its keys name; {@link PARTS} when no key names one. */
function partsIn(keys: readonly string[]): number {
  const parts = keys.map((key) => Number(/^reserved\|[^/]+\/\d+\/(\d+)$/.exec(key)?.[1] ?? 0));
  return Math.max(...parts, 0) || PARTS;
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
