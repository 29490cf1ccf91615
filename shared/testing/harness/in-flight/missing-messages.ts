import { deliveryKeyOf } from '../../../domain/delivery/delivery.js';
import type { DueIntent } from '../../../domain/delivery/intent-store.js';
import { partyName, type Held } from '../../../domain/quarantine/quarantine.js';
import { intendedReceivers } from '../../../platform/supervision/look-at-intent.js';
import type { Topology } from '../../../topology/topology.js';
import { DueIndex } from '../../memory/due/due-index.js';
import type { HarnessWorld } from '../harness-world.js';

/**
 * Messages that some receiver has not got: the sweeper would send them again. A message that has arrived is looked at once, and
 * one that waits for somebody in quarantine, or on a paused channel, once for each quarantine or pause that begins or ends.
 */
export class MissingMessages {
  /** Keys of intents that may not have arrived. */
  readonly #open = new DueIndex<string>();
  /** Those that only somebody in quarantine, or on a paused channel, has not got, with when they are due. */
  #held = new Map<string, number>();
  /** The quarantines and pauses under which they were held. */
  #quarantines = '';
  readonly #topology: Topology;
  readonly #world: HarnessWorld;
  readonly #present: ReadonlySet<string>;

  /** @param present agents that run; what others should have got is not missing */
  constructor(topology: Topology, world: HarnessWorld, present: ReadonlySet<string>) {
    this.#topology = topology;
    this.#world = world;
    this.#present = present;
    world.intents.recorded = (key, due) => {
      this.#held.delete(key);
      this.#open.set(key, due);
    };
  }

  /** Instant from which the first of them is due, milliseconds since 1970; undefined when none is missing. */
  async due(held: Held): Promise<number | undefined> {
    this.#takeBack();
    const { intents, ports } = this.#world;
    for (const key of this.#open.range((await ports.cursors.get('intents')) ?? 0, Infinity)) {
      const intent = intents.read(key);
      const standing = intent === undefined ? 'arrived' : await this.#standing(intent, held);
      if (standing === 'missing') return intent?.due;
      this.#open.delete(key);
      if (standing === 'held' && intent !== undefined) this.#held.set(key, intent.due);
    }
    return undefined;
  }

  /** Looks at those again that were held, if others are in quarantine or paused now. */
  #takeBack(): void {
    const standing = this.#world.quarantines.present.map((one) => [partyName(one), one.since, one.released]);
    const quarantines = JSON.stringify([standing, this.#world.pauses.present]);
    if (quarantines === this.#quarantines) return;
    this.#quarantines = quarantines;
    for (const [key, due] of this.#held) this.#open.set(key, due);
    this.#held = new Map();
  }

  async #standing(intent: DueIntent, held: Held): Promise<'missing' | 'held' | 'arrived'> {
    if (held.source(intent.envelope.source)) return 'held';
    let standing: 'held' | 'arrived' = 'arrived';
    for (const receiver of intendedReceivers(intent, this.#topology.model, this.#world.starts)) {
      if (!this.#present.has(receiver) && !receiver.startsWith('workflow:')) continue;
      if (await this.#world.ports.deliveries.get(deliveryKeyOf(intent.envelope, receiver))) continue;
      if (!held.agent(receiver) && !this.#world.pauses.holds(intent.envelope.channel)) return 'missing';
      standing = 'held';
    }
    return standing;
  }
}
