import { ordersWorld, OrderPlaced } from '../driver/orders.js';
import type { Row } from '../driver/row.js';

const SEEDS = 50;
const QUICK_SEEDS = 10;

/** Orders that live for a minute, and copies that the bus holds back until before or after it. */
export const lateMessages: Row = {
  name: 'late-messages',
  title: 'Copies that arrive after the message has expired (orders for two receivers): recorded, not handled',
  engine: false,
  quick: true,
  run: async ({ seed, quick, witness }) => {
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    const sum = { sent: 0, quarantined: 0, completed: 0, open: 0 };
    const problems: string[] = [];
    let handledLate = 0;
    for (let run = 1; run <= seeds; run++) {
      const born = new Map<string, number>();
      const world = ordersWorld({
        ...{ seed: seed + run, witness },
        before: (what, order) => {
          if (what !== 'ordered' && what !== 'audited') return;
          if (world.now().getTime() >= (born.get(order) ?? 0) + 60_000) handledLate++;
        },
      });
      world.faults.delay('2 minutes', { type: 'OrderPlaced', probability: 0.5 });
      world.faults.reorder('58 seconds');
      for (let index = 0; index < 10; index++) {
        const name = `${run}-${index}`;
        born.set(name, world.now().getTime());
        await world.publish(OrderPlaced, { order: name }, { correlationId: name, expires: '1 minute' });
      }
      await world.settle();
      for (const name of born.keys()) {
        const { account, sequence } = world.conversation(name);
        sum.sent += account.expected;
        sum.quarantined += account.expired + account.deadLettered;
        sum.completed += account.completed;
        sum.open += account.inFlight.length + account.withoutLetter.length;
        if (account.inFlight.length > 0 && problems.length < 3) problems.push(sequence);
      }
    }
    const { sent, quarantined, completed, open } = sum;
    const effects = witness.counts().size;
    const lost = open + Math.max(0, completed - effects);
    const extra = handledLate + Math.max(0, effects - completed);
    if (handledLate > 0) problems.push(`${handledLate} messages were handled after they had expired`);
    return {
      ...{ ok: lost === 0 && extra === 0 && quarantined > 0, sent, effects, quarantined, lost, extra, problems },
      figure: `${seeds} seeds, ${quarantined} expired, ${handledLate} handled late`,
    };
  },
};
