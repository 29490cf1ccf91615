import { ordersWorld, OrderPlaced, publishSurely } from '../driver/orders.js';
import type { Row } from '../driver/row.js';
import { Tally } from '../driver/tally.js';

const SEEDS = 50;
const QUICK_SEEDS = 8;
const ORDERS = 4;
const RATES = [0.05, 0.075, 0.1] as const;

/** Half of the calls that fail have been executed all the same, and the caller is told that they timed out. */
export const storeFaults: Row = {
  name: 'store-and-bus-faults',
  title: 'Stores, queues and bus that fail at 5 to 10 % of calls, half of them executed all the same',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const tally = new Tally();
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    for (const rate of RATES) {
      for (let run = 1; run <= seeds; run++) {
        const names = Array.from({ length: ORDERS }, (_, index) => `${rate}-${run}-${index}`);
        const world = ordersWorld({ seed: seed + run, witness });
        world.faults.storeErrors(rate);
        world.faults.throttle(rate);
        if (run % 2 === 0) world.faults.reorder('10 seconds');
        for (const name of names) await publishSurely(world, OrderPlaced, name);
        await world.settle();
        tally.add(world, names);
      }
      progress(`${rate * 100} %: ${seeds} seeds`);
    }
    return tally.result(witness, 'as-struck');
  },
};
