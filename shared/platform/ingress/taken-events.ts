/** Copies that a process remembers; the oldest are forgotten first, and taken again: their messages are the same ones. */
const MOST_COPIES = 10_000;

/** Ingresses that have taken an event whose copy comes again for another one. */
export class TakenEvents {
  readonly #taken = new Map<string, Set<string>>();

  /** True when an ingress has taken the event of a copy. */
  has(copy: string, ingress: string): boolean {
    return this.#taken.get(copy)?.has(ingress) === true;
  }

  /** Notes that an ingress has taken the event of a copy. */
  add(copy: string, ingress: string): void {
    const [oldest] = this.#taken.size >= MOST_COPIES ? this.#taken.keys() : [];
    if (oldest !== undefined) this.#taken.delete(oldest);
    this.#taken.set(copy, (this.#taken.get(copy) ?? new Set()).add(ingress));
  }

  /** Forgets a copy that comes no more. */
  end(copy: string): void {
    this.#taken.delete(copy);
  }
}
