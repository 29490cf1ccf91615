import type { BoundAgent } from 'laneway/agent';
import type { Priority } from 'laneway/message';
import type { OperatorServices } from '../../../shared/operator/operator-services.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { MemoryDeadLetterBook } from '../../../shared/testing/memory/memory-dead-letter-book.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { INTENT_GRACE_MS, publishMessage } from '../../../shared/publishing/publish-message.js';
import { OrderPlaced, orders } from './orders.js';

const MOST_ROUNDS = 100_000;

/** The harness's world with its parts in reach: for rows that run lanes by hand, or act as an operator. */
export function openWorld(agents: readonly BoundAgent[], seed: number) {
  const world = new HarnessWorld({ topology: orders, agents, workflows: [], random: seededRandom(seed) });
  const { clock, ports, lanes, consumers, ledger, payloads } = world;
  const { bus, pending, timers, intents } = ports;
  const operator: OperatorServices = {
    ...{ topology: orders, clock, payloads, deliveries: ports.deliveries, book: new MemoryDeadLetterBook(ledger) },
    returns: {
      put: async ({ receiver, lane, direct, body }) => {
        lanes.queue(receiver, lane, direct)?.send(body);
        return Promise.resolve();
      },
    },
    pause: async (ms) => Promise.resolve(clock.advance(ms)),
  };

  return {
    world,
    operator,
    /** An order of a client; its conversation has its name. */
    place: (order: string, priority: Priority = 'normal') =>
      publishMessage(
        {
          ...{ topology: orders, kind: 'client', name: 'shop', clock, intents, payloads },
          senders: { bus, lanes, pending, timers },
        },
        OrderPlaced,
        { order },
        { priority, correlationId: order },
      ),
    /** Handles what there is and moves the clock to what comes next, until no queue but the timers holds anything. */
    async settle(): Promise<void> {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const ready = consumers.filter(({ queue }) => queue.depth > 0);
        if (ready.length > 0) {
          await Promise.all(ready.map(({ run }) => run()));
          continue;
        }
        const next = consumers.flatMap(({ queue }) => (queue === world.timers ? [] : (queue.nextVisibleAt ?? [])));
        if (next.length === 0) return;
        clock.advanceTo(Math.min(...next));
      }
      throw new Error('the world did not come to rest');
    },
    /** Lets the sweeper look at everything that a client intended. */
    async sweep(): Promise<void> {
      clock.advance(2 * INTENT_GRACE_MS);
      await world.sweep();
      await this.settle();
    },
  };
}
