import { account } from '../../../shared/domain/evidence/conversation.js';
import { replayConversations } from '../../../shared/operator/replay/replay-conversations.js';
import type { ReplayServices } from '../../../shared/operator/replay/replay-services.js';
import { openWorld } from '../driver/open-world.js';
import { effectsOf, ordersAgents, PARTS } from '../driver/orders.js';
import type { Row } from '../driver/row.js';

const ORDERS = 200;
const QUICK_ORDERS = 25;
const ADA = { by: 'ada', why: 'the lines were down' };

/** The bus loses copies and nobody sweeps: a replay sends them again. Then everything is replayed as one new generation. */
export const replay: Row = {
  name: 'replay-twice',
  title:
    'Conversations with lost copies replayed twice, by two operators at a time; then a generation of each, made twice: each delivery of it handled once',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const orders = Array.from({ length: quick ? QUICK_ORDERS : ORDERS }, (_, index) => `order-${index}`);
    const stand = openWorld(ordersAgents({ seed, witness }), seed);
    const { world, operator } = stand;
    const { bus, lanes, pending, timers, intents } = world.ports;
    const services: ReplayServices = {
      ...operator,
      ...{ conversations: world.ledger, intents, senders: { bus, lanes, pending, timers } },
    };
    const subjects = orders.map((conversation) => ({ conversation }));
    const again = (options: { generation?: number }): Promise<unknown> =>
      replayConversations(subjects, ADA, options, services);

    world.faults.drop({ type: 'OrderPlaced', probability: 0.5 });
    world.faults.drop({ type: 'ReserveStock', probability: 0.2 });
    for (const order of orders) await stand.place(order);
    await stand.settle();
    const dropped = world.faults.struck;
    world.faults.clear();
    const before = witness.counts().size;
    // A replayed message may bring about others that are missing too: the replay is repeated until the accounts are closed.
    for (let round = 0; round < 4; round++) {
      await Promise.all([again({}), again({})]);
      await stand.settle();
    }
    const each = effectsOf(PARTS);
    const counts = witness.counts();
    const repeated = total(counts) - counts.size;
    progress(`${dropped} copies dropped, ${before} effects before, ${counts.size} after`);

    await Promise.all([again({ generation: 1 }), again({ generation: 1 })]);
    await stand.settle();
    await again({ generation: 1 });
    await stand.settle();

    const accounts = await Promise.all(orders.map(async (order) => account(await world.ledger.conversation(order))));
    const open = accounts.filter(({ atRest, deadLettered }) => !atRest || deadLettered > 0).length;
    const sent = 2 * each * orders.length;
    const effects = total(witness.counts());
    const lost = Math.max(0, sent - effects) + open;
    const extra = Math.max(0, effects - sent) + repeated;
    return {
      ...{ ok: lost === 0 && extra === 0 && dropped > 0, sent, effects, quarantined: 0, lost, extra, problems: [] },
      figure: `${dropped} copies dropped, ${sent / 2 - before} effects missing before, ${sent / 2 - counts.size} after; one generation of ${orders.length} conversations`,
    };
  },
};

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
