interface Entry<Item> {
  readonly item: Item;
  readonly at: number;
  readonly order: number;
}

/** Entries of items that have gone or moved are dropped when they are as many as the items, and so many more. */
const SLACK = 64;

/**
 * Items by when they are due, the earliest first; of those due together, the one with the lower order. A binary heap: an
 * item that goes or moves leaves its entry behind, which is passed over when its turn comes.
 */
export class DueHeap<Item> {
  #entries: Entry<Item>[] = [];
  /** The entry of each item that is in. */
  readonly #current = new Map<Item, Entry<Item>>();

  /** Puts an item in, or moves it. */
  set(item: Item, at: number, order: number): void {
    if (this.#entries.length > 2 * this.#current.size + SLACK) this.#compact();
    const entry = { item, at, order };
    this.#current.set(item, entry);
    this.#raise(entry);
  }

  delete(item: Item): void {
    this.#current.delete(item);
  }

  /** Time at which the next item is due; undefined when there is none. */
  get next(): number | undefined {
    return this.#first()?.at;
  }

  has(item: Item): boolean {
    return this.#current.has(item);
  }

  /** The next item when it is due by then. */
  firstUntil(time: number): Item | undefined {
    const first = this.#first();
    return first === undefined || first.at > time ? undefined : first.item;
  }

  /** Takes the next item out when it is due by then. */
  takeUntil(time: number): Item | undefined {
    const first = this.firstUntil(time);
    if (first !== undefined) this.delete(first);
    return first;
  }

  #first(): Entry<Item> | undefined {
    let [first] = this.#entries;
    while (first !== undefined && this.#current.get(first.item) !== first) {
      this.#pop();
      [first] = this.#entries;
    }
    return first;
  }

  #pop(): void {
    const last = this.#entries.pop();
    if (last !== undefined && this.#entries.length > 0) this.#sink(last);
  }

  /** Puts an entry where it belongs, beginning at the end. */
  #raise(entry: Entry<Item>): void {
    const entries = this.#entries;
    let index = entries.length;
    entries.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      entries[index] = above;
      index = parent;
    }
    entries[index] = entry;
  }

  /** Puts an entry where it belongs, beginning at the top, which is free. */
  #sink(entry: Entry<Item>): void {
    const entries = this.#entries;
    let index = 0;
    for (;;) {
      const left = entries[2 * index + 1];
      if (left === undefined) break;
      const right = entries[2 * index + 2];
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, entry)) break;
      entries[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    entries[index] = entry;
  }

  #compact(): void {
    // What is sorted is a heap.
    this.#entries = [...this.#current.values()].sort((a, b) => a.at - b.at || a.order - b.order);
  }
}

function isBefore(one: Entry<unknown>, other: Entry<unknown>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
