import { ordersWorld, OrderPlaced, publishSurely } from '../driver/orders.js';
import type { Row } from '../driver/row.js';
import { Tally } from '../driver/tally.js';

const SEEDS = 50;
const QUICK_SEEDS = 3;
const ORDERS = 5;

/** Every copy on its way from the bus arrives 2 to 5 times, at random times; nothing fails, so nothing may be repeated. */
export const duplicates: Row = {
  name: 'duplicates',
  title: 'Every copy 2 to 5 times, shuffled: one handling each, and nothing sent again',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const tally = new Tally();
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    for (const times of [2, 3, 4, 5]) {
      // Together in one batch, where they race for the lease, and apart, when the first has long had its outcome (sooner than the sweeper looks).
      for (const within of ['1 second', '90 seconds'] as const) {
        for (let run = 1; run <= seeds; run++) {
          const names = Array.from(
            { length: ORDERS },
            (_, index) => `x${times}-${within === '1 second' ? 'near' : 'far'}-${run}-${index}`,
          );
          const world = ordersWorld({ seed: seed + run, witness });
          world.faults.duplicate({ copies: times - 1 });
          if (run % 3 > 0) world.faults.reorder(within);
          for (const name of names) await publishSurely(world, OrderPlaced, name);
          await world.settle();
          tally.add(world, names, { sentOnce: true });
        }
      }
      progress(`x${times}: ${2 * seeds} seeds`);
    }
    const result = tally.result(witness, 'none');
    return { ...result, figure: `${tally.struck} copies duplicated, ${tally.needless} messages published again` };
  },
};
