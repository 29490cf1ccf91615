import { CRASH_POINTS } from 'laneway/testing';
import { OrderPlaced } from '../../kit/applications/fixture-topology.js';
import { PARTS, runningShop, triesOf } from './shop.js';

const ORDERS = ['a', 'b', 'c'];
const AGENTS = ['clerk', 'warehouse', 'scanner'];
const PATIENCE_MS = 60_000;
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

test.each(CRASH_POINTS)(
  'processes that end %s lose nothing, and of each order one try is sent',
  async (point) => {
    let struck = 0;
    for (const seed of SEEDS) {
      const { world, witness } = runningShop(seed);
      world.faults.reorder('2 seconds');
      for (const agent of AGENTS) world.faults.crash(agent, point, { probability: 0.3, times: 2 });
      for (const order of ORDERS) await world.publish(OrderPlaced, { order }, { correlationId: order });
      await world.settle();
      struck += world.faults.struck;
      for (const order of ORDERS) {
        const conversation = world.conversation(order);
        const { account, sequence } = conversation;
        const found = { seed, ...account, sequence };
        expect(found).toMatchObject({ seed, expected: 9, completed: 9, inFlight: [], withoutLetter: [] });
        const tries = [...triesOf(order, witness.reserved).values()];
        expect({ seed, tries: tries.map((parts) => parts.size), sequence }).toMatchObject({ seed, tries: [PARTS] });
        const scanned = new Set(witness.scanned.filter((shelf) => shelf.startsWith(`${order}/`)));
        expect({ seed, scans: scanned.size, sequence }).toMatchObject({ seed, scans: 1 });
      }
    }
    expect(struck).toBeGreaterThan(SEEDS.length);
  },
  PATIENCE_MS,
);
