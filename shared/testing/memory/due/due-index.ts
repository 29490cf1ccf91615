interface Entry<Key> {
  readonly key: Key;
  readonly at: number;
  readonly tie: string;
  /** Number of the call that put it in. */
  readonly number: number;
}

/** Entries of keys that have gone or moved are dropped when they are as many as the keys, and so many more. */
const SLACK = 64;

/**
 * Keys by when they are due, as an index of a table has them: stretches of it are read without the rest. Putting in what is due
 * last, taking out, and reading on cost the same however many there are. What is due earlier than others moves those up, as in
 * any sorted list.
 */
export class DueIndex<Key> {
  /** Sorted; those of keys that have gone or moved stay until they are dropped. */
  #entries: Entry<Key>[] = [];
  /** Place of the first entry that may be current. */
  #head = 0;
  readonly #current = new Map<Key, Entry<Key>>();
  #number = 0;

  /**
   * Puts a key in, or moves it.
   * @param tie text by which keys that are due together are sorted, before the order in which they were put in
   */
  set(key: Key, at: number, tie = ''): void {
    this.#drop();
    const entry = { key, at, tie, number: ++this.#number };
    this.#current.set(key, entry);
    const last = this.#entries.at(-1);
    if (last === undefined || isBefore(last, entry)) this.#entries.push(entry);
    else this.#entries.splice(this.#placeBehind(entry), 0, entry);
  }

  delete(key: Key): void {
    this.#current.delete(key);
  }

  has(key: Key): boolean {
    return this.#current.has(key);
  }

  /** Time at which the first key is due; undefined when there is none. */
  get next(): number | undefined {
    return this.#first()?.at;
  }

  /**
   * Keys that are due in (after, until], the earliest first. They are looked up while they are read: one that goes meanwhile is
   * left out, and one that is put in or moved after the beginning is not met.
   */
  *range(after: number, until: number): Generator<Key> {
    const begun = this.#number;
    this.#first();
    let place = this.#search((one) => one.at > after);
    for (;;) {
      const entry = this.#entries[place];
      if (entry === undefined || entry.at > until) return;
      place++;
      if (entry.number > begun || this.#current.get(entry.key) !== entry) continue;
      yield entry.key;
      // Others may have come, or been dropped, while the reader had its turn.
      if (this.#entries[place - 1] !== entry) place = this.#placeBehind(entry);
    }
  }

  #first(): Entry<Key> | undefined {
    let first = this.#entries[this.#head];
    while (first !== undefined && this.#current.get(first.key) !== first) first = this.#entries[++this.#head];
    return first;
  }

  #placeBehind(entry: Entry<unknown>): number {
    return this.#search((one) => isBefore(entry, one));
  }

  /** Place of the first entry of which something holds that holds of all behind it. */
  #search(isBehind: (one: Entry<Key>) => boolean): number {
    let [low, high] = [this.#head, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = this.#entries[middle];
      if (one !== undefined && isBehind(one)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #drop(): void {
    if (this.#entries.length <= 2 * this.#current.size + SLACK) return;
    this.#entries = this.#entries.filter((one) => this.#current.get(one.key) === one);
    this.#head = 0;
  }
}

function isBefore(one: Entry<unknown>, other: Entry<unknown>): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return one.tie === other.tie ? one.number < other.number : one.tie < other.tie;
}
