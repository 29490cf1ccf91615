import type { MemoryWorld } from '../testing/harness/memory-world.js';
import { forgetConversation } from './forget-conversation.js';

/** New conversations after which it looks at old ones. */
const EVERY = 64;
/** Old conversations that it then looks at: more than came, so that it catches up, and few enough that no turn takes long. */
const LOOKED_AT = 2 * EVERY;

/**
 * Keeps so many conversations, and up to {@link EVERY} more; the oldest is forgotten first. One that goes on is kept as long as it
 * does, beyond them.
 */
export class Forgetful {
  readonly #world: MemoryWorld;
  readonly #most: number;
  /** Ids of the kept conversations, beginning with the next to be looked at. */
  readonly #kept = new Set<string>();
  #came = 0;

  constructor(world: MemoryWorld, most: number) {
    this.#world = world;
    this.#most = most;
    world.ledger.began = (id) => this.#note(id);
  }

  #note(correlationId: string): void {
    this.#kept.add(correlationId);
    this.#came += 1;
    if (this.#came < EVERY || this.#kept.size <= this.#most) return;
    this.#came = 0;
    // A turn of its own: the platform's functions are then between two messages.
    setImmediate(() => this.#forget());
  }

  #forget(): void {
    let looked = 0;
    for (const id of this.#kept) {
      if (this.#kept.size <= this.#most || looked++ >= LOOKED_AT) return;
      this.#kept.delete(id);
      // One that goes on has its next turn when all others have had theirs.
      if (!forgetConversation(this.#world, id)) this.#kept.add(id);
    }
  }
}
