import { CRASH_POINTS } from 'laneway/testing';
import { ordersWorld, OrderPlaced, publishSurely } from '../driver/orders.js';
import type { Row } from '../driver/row.js';
import { Tally } from '../driver/tally.js';

const SEEDS = 100;
const QUICK_SEEDS = 15;

/** The clerk names each try anew and makes one to five parts by it, and is killed up to three times. */
export const changingEmissions: Row = {
  name: 'changing-emissions',
  title:
    "An agent that emits differently at each try, killed at every point: exactly one try's emissions arrive, complete",
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const tally = new Tally();
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    for (const point of CRASH_POINTS) {
      for (let run = 1; run <= seeds; run++) {
        const names = ['a', 'b'].map((name) => `${point}-${run}-${name}`);
        const world = ordersWorld({ seed: seed + run, witness, fickle: true });
        world.faults.crash('clerk', point, { probability: 0.6, times: 3 });
        // Beside the killed copies run duplicates, which must not mix their try in.
        if (run % 2 === 0) world.faults.duplicate({ type: 'OrderPlaced', receiver: 'clerk' });
        for (const name of names) await publishSurely(world, OrderPlaced, name);
        await world.settle();
        tally.add(world, names);
      }
      progress(`${point}: ${seeds} seeds`);
    }
    const result = tally.result(witness, 'as-struck');
    return { ...result, figure: `${CRASH_POINTS.length} points x ${seeds} seeds, ${result.figure}` };
  },
};
