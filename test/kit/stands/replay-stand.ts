import { createAgent } from 'laneway/agent';
import type { MessageType } from 'laneway/message';
import type { Actor } from '../../../shared/operator/operator-services.js';
import type { ReplayServices } from '../../../shared/operator/replay/replay-services.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { MemoryDeadLetterBook } from '../../../shared/testing/memory/memory-dead-letter-book.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { publishMessage } from '../../../shared/publishing/publish-message.js';
import type { PublishOptions } from '../../../shared/publishing/compose-message.js';
import { ReserveStock, ScanShelf, shop, ShelfCounted } from '../applications/fixture-topology.js';

export const REPLAY_ACTOR: Actor = { by: 'ada', why: 'the shelves were empty' };

/** The fixture shop in the harness's world, and an operator who replays. What its handlers do is in `witness`. */
export function replayStand() {
  const witness: string[] = [];
  const clerk = createAgent(shop, 'clerk').handle({
    OrderPlaced: ({ data }, { publish, effectKey }) => {
      witness.push(`clerk ${data.order} ${effectKey}`);
      publish(ReserveStock, { order: data.order });
      publish(ScanShelf, { shelf: data.order });
    },
    otherwise: () => undefined,
  });
  const warehouse = createAgent(shop, 'warehouse').handle({
    ReserveStock: ({ data }) => {
      witness.push(`warehouse ${data.order}`);
      return { order: data.order, reserved: true };
    },
    OrderPlaced: () => undefined,
  });
  const scanner = createAgent(shop, 'scanner').handle({
    ScanShelf: ({ data }, { publish }) => {
      witness.push(`scanner ${data.shelf}`);
      publish(ShelfCounted, { shelf: data.shelf, count: 1 });
    },
  });
  const agents = [clerk.with({}), warehouse.with({}), scanner.with({})];
  const world = new HarnessWorld({ topology: shop, agents, workflows: [], random: seededRandom(1) });
  const { clock, ports, payloads, ledger, consumers, timers } = world;
  const { bus, lanes, pending, intents } = ports;
  const senders = { bus, lanes, pending, timers: ports.timers };
  const operator: ReplayServices = {
    ...{ topology: shop, clock, conversations: ledger, payloads, intents, senders },
    book: new MemoryDeadLetterBook(ledger),
    pause: async (ms) => Promise.resolve(clock.advance(ms)),
  };
  return {
    ...{ world, clock, witness, operator, ledger, payloads },
    /** Publishes as the shop's client; the conversation has the id `c-<order>`, the message `m-<order>`. */
    publish: async (type: MessageType, order: string, options: PublishOptions = {}, data: unknown = { order }) =>
      publishMessage(
        { ...{ topology: shop, kind: 'client', name: 'web-shop', clock, intents, payloads, senders } },
        type,
        data,
        { ...options, correlationId: `c-${order}`, id: `m-${order}` },
      ),
    /** Handles what there is until no queue but the timers holds anything. */
    settle: async (): Promise<void> => {
      for (let round = 0; round < 10_000; round++) {
        const ready = consumers.filter(({ queue }) => queue.depth > 0);
        await Promise.all(ready.map(({ run }) => run()));
        if (ready.length > 0) continue;
        const next = consumers.flatMap(({ queue }) => (queue === timers ? [] : (queue.nextVisibleAt ?? [])));
        if (next.length === 0) return;
        clock.advanceTo(Math.min(...next));
      }
      throw new Error('the world did not come to rest');
    },
  };
}
