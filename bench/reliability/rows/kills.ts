import { CRASH_POINTS } from 'laneway/testing';
import { AGENTS, ordersWorld, OrderPlaced, publishSurely } from '../driver/orders.js';
import type { Row } from '../driver/row.js';
import { Tally } from '../driver/tally.js';

const SEEDS = 100;
const QUICK_SEEDS = 12;

/** Every agent's process may end at the point, twice at most in a world; batches are shuffled and run side by side. */
export const kills: Row = {
  name: 'kills',
  title: 'Processes killed at every named point',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const tally = new Tally();
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    for (const point of CRASH_POINTS) {
      for (let run = 1; run <= seeds; run++) {
        const names = ['a', 'b', 'c'].map((name) => `${point}-${run}-${name}`);
        const world = ordersWorld({ seed: seed + run, witness });
        world.faults.reorder('2 seconds');
        for (const agent of AGENTS) world.faults.crash(agent, point, { probability: 0.3, times: 2 });
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
