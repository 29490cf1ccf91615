import { CRASH_POINTS } from 'laneway/testing';
import { OrderPlaced } from '../../kit/applications/fixture-topology.js';
import { cases } from '../../kit/generators/cases.js';
import { PARTS, runningShop, triesOf } from '../../kit/stands/running-shop.js';

const ORDERS = ['a', 'b', 'c'];
const AGENTS = ['clerk', 'warehouse', 'scanner'];
const SEEDS = Array.from({ length: cases(8, 20) }, (_, index) => index + 1);

test.each(CRASH_POINTS)('processes that end %s lose nothing, and of each order one try is sent', async (point) => {
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
});

test('a message that ends its process each time is a dead letter after the tries of its channel', async () => {
  const { world } = runningShop(1);
  world.faults.crash('clerk', 'after-handler', { probability: 1, times: 1_000 });
  const { id } = await world.publish(OrderPlaced, { order: 'a' }, { correlationId: 'a' });
  await world.settle();
  const { entries } = world.conversation('a');
  const letters = entries.flatMap((entry) => (entry.kind === 'dead-letter' ? [entry.deadLetter] : []));
  expect(letters).toMatchObject([{ receiver: 'clerk', reason: 'crashed', messageId: id }]);
});
