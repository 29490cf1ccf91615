import type { Harness } from 'laneway/testing';
import { OrderPlaced } from '../../kit/applications/fixture-topology.js';
import { cases } from '../../kit/generators/cases.js';
import { PARTS, runningShop, triesOf } from '../../kit/stands/running-shop.js';

const ORDERS = Array.from({ length: 5 }, (_, index) => `order-${index}`);
const SEEDS = Array.from({ length: cases(6, 20) }, (_, index) => index + 1);

const faults: readonly (readonly [string, (world: Harness) => void])[] = [
  [
    'every copy three times, shuffled',
    ({ faults }) => {
      faults.duplicate({ copies: 2 });
      faults.reorder('20 seconds');
    },
  ],
  [
    'a bus that refuses one entry in ten',
    ({ faults }) => {
      faults.throttle(0.1);
    },
  ],
  [
    'stores that fail at one call in ten',
    ({ faults }) => {
      faults.storeErrors(0.1);
    },
  ],
  [
    'all of it, and handlers that throw',
    ({ faults }) => {
      faults.duplicate({ copies: 1, probability: 0.3 });
      faults.reorder('10 seconds');
      faults.throttle(0.05);
      faults.storeErrors(0.05);
      faults.fail('warehouse', 'after-handler', { probability: 0.1 });
      faults.crash('clerk', 'after-handler', { probability: 0.05 });
    },
  ],
];

test.each(faults)('%s: nothing is lost, and each delivery has one outcome', async (_name, make) => {
  for (const seed of SEEDS) {
    const { world, witness } = runningShop(seed);
    make(world);
    for (const order of ORDERS) {
      // When the bus refuses it the message is in the ledger, if it got that far; then the sweeper sends it.
      await world.publish(OrderPlaced, { order }, { correlationId: order }).catch(() => undefined);
    }
    await world.settle();
    expect(world.faults.struck).toBeGreaterThan(0);
    for (const order of world.conversations()) {
      const { account, sequence } = world.conversation(order);
      expect({ seed, inFlight: account.inFlight, without: account.withoutLetter, sequence }).toEqual({
        ...{ seed, inFlight: [], without: [], sequence },
      });
      const { expected, completed, expired, deadLettered } = account;
      expect(completed + expired + deadLettered).toBe(expected);
      const tries = triesOf(order, witness.reserved);
      expect({ seed, order, tries: tries.size <= 1, sequence }).toEqual({ seed, order, tries: true, sequence });
      if (deadLettered + expired === 0) expect([...tries.values()].map((parts) => parts.size)).toEqual([PARTS]);
    }
  }
});

test('duplicates alone cost no handling', async () => {
  const { world, witness } = runningShop(3);
  world.faults.duplicate({ copies: 2 });
  world.faults.reorder('20 seconds');
  for (const order of ORDERS) await world.publish(OrderPlaced, { order }, { correlationId: order });
  await world.settle();
  expect(witness.reserved).toHaveLength(ORDERS.length * PARTS);
  expect(new Set(witness.reserved).size).toBe(ORDERS.length * PARTS);
  expect(witness.scanned).toHaveLength(ORDERS.length);
});
