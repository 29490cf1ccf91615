import { unknownName } from '../base/errors.js';

/** A capability with the text by which tasks are matched to it. */
export interface DescribedCapability {
  readonly name: string;
  /** Work that an agent with it can do, in the words of those who ask. */
  readonly description: string;
}

/** A task of the past, and the capability that served it. */
export interface PastAssignment {
  readonly text: string;
  readonly capability: string;
}

/** A capability that a task may need, with its score; scores of one text can be compared, those of two texts not. */
export interface CapabilityMatch {
  readonly capability: string;
  readonly score: number;
}

/** Saturation and length normalization of BM25, the values that Robertson and Zaragoza name as usual (2009, 3.3). */
const [K1, B] = [1.2, 0.75];

/** Endings that are left out of words. */
const ENDING = /(ing|ed|es|e|s)$/;
/** Small letter before a capital one, letters and digits, and what is neither. Made once: esbuild calls for each of them. */
const INNER_CAPITAL = new RegExp('(\\p{Ll})(\\p{Lu})', 'gu');
const WORD = new RegExp('[\\p{L}\\p{N}]+', 'gu');
const BETWEEN_WORDS = new RegExp('[^\\p{L}\\p{N}]+', 'gu');

/**
 * Finds capabilities for tasks in free text, by Okapi BM25. The document of a capability is its name, its description and
 * the texts of the tasks that it has served, so that the words in which people ask outweigh those in which it is described.
 * The same texts give the same ranks: nothing is drawn by chance, and no model is called.
 */
export class CapabilityMatcher {
  readonly #index = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #lengths: number[] = [];
  /** Word -> capability -> times that its document has the word. */
  readonly #postings = new Map<string, Map<number, number>>();
  #length = 0;

  /** @throws LanewayError UNKNOWN_CAPABILITY for an assignment to another capability */
  constructor(capabilities: readonly DescribedCapability[], past: Iterable<PastAssignment> = []) {
    for (const { name, description } of capabilities) {
      this.#index.set(name, this.#names.push(name) - 1);
      this.#lengths.push(0);
      this.#add(this.#names.length - 1, `${apart(name)} ${description}`);
    }
    for (const one of past) this.learn(one);
  }

  /** Adds a task that was served. @throws LanewayError UNKNOWN_CAPABILITY */
  learn({ text, capability }: PastAssignment): void {
    const index = this.#index.get(capability);
    if (index === undefined)
      throw unknownName(
        'UNKNOWN_CAPABILITY',
        `a past task was assigned to the capability '${capability}'`,
        capability,
        this.#names,
        'capabilities',
      );
    this.#add(index, text);
  }

  /** Capabilities that share a word with a text, best first, equal ones by name. @param most @defaultValue 5 */
  match(text: string, most = 5): CapabilityMatch[] {
    const scores = new Map<number, number>();
    const mean = this.#length / Math.max(1, this.#names.length);
    for (const word of wordsOf(text)) {
      const found = this.#postings.get(word);
      if (!found) continue;
      const rarity = Math.log(1 + (this.#names.length - found.size + 0.5) / (found.size + 0.5));
      for (const [index, times] of found) {
        const length = 1 - B + (B * (this.#lengths[index] ?? 0)) / mean;
        const part = (rarity * times * (K1 + 1)) / (times + K1 * length);
        scores.set(index, (scores.get(index) ?? 0) + part);
      }
    }
    return [...scores]
      .map(([index, score]) => ({ capability: this.#names[index] ?? '', score }))
      .sort((a, b) => b.score - a.score || (a.capability < b.capability ? -1 : 1))
      .slice(0, most);
  }

  #add(index: number, text: string): void {
    for (const word of wordsOf(text)) {
      const found = this.#postings.get(word) ?? new Map<number, number>();
      found.set(index, (found.get(index) ?? 0) + 1);
      this.#postings.set(word, found);
      this.#lengths[index] = (this.#lengths[index] ?? 0) + 1;
      this.#length++;
    }
  }
}

/** Words of a name: `engineHealth_check` has three. */
function apart(name: string): string {
  return name.replace(INNER_CAPITAL, '$1 $2').replace(BETWEEN_WORDS, ' ');
}

/** Words of a text in lower case, without the most common English endings. */
function wordsOf(text: string): string[] {
  const words = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return words.map((word) => (word.length > 4 ? word.replace(ENDING, '') : word));
}
