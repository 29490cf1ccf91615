import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Row } from '../driver/row.js';
import { Shipping } from '../driver/shipping.js';
import { shipments } from '../driver/shipments.js';

const SEEDS = 600;
const QUICK_SEEDS = 18;
/** Seconds that a clock goes wrong at most. */
const MOST_SECONDS = [1, 30, 600, 1_800];
const PROCESSES = [
  ...Object.keys(shipments.model.agents),
  ...['shipper', 'dispatcher', 'starter', 'replies', 'deadlines', 'workflow-events', 'dead-letters'],
  ...['sweeper', 'supervisor'],
];
const FREEZING = Object.keys(shipments.model.agents).filter((agent) => agent !== 'watcher');

/** The client's clock and half of the others go wrong, by seconds to half an hour, while the bus refuses the client and processes freeze beyond their lease. */
export const skew: Row = {
  name: 'skew',
  title:
    'Clocks of clients, agents and platform functions that are up to half an hour slow or fast, and processes that wake after their lease: all ends as without',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const shipping = new Shipping(witness);
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    for (let run = 1; run <= seeds; run++) {
      const random = seededRandom(seed * 4099 + run);
      const most = MOST_SECONDS[run % MOST_SECONDS.length] ?? 1;
      await shipping.run({
        ...{
          name: `${most}s-${run}`,
          seed: seed + run,
          warm: '16 minutes',
          after: `${Math.floor(random() * 30_000)} milliseconds`,
        },
        strike: ({ faults }) => {
          for (const who of PROCESSES) {
            const by = `${1 + Math.floor(random() * most)} seconds` as const;
            if (who === 'shipper' || random() < 0.5) faults.skew(who, random() < 0.5 ? { slow: by } : { fast: by });
          }
          faults.outage({ port: 'bus', who: 'shipper', for: '2 minutes', share: run % 3 === 0 ? 0.7 : 1 });
          const freezing = FREEZING[Math.floor(random() * FREEZING.length)] ?? 'office';
          faults.freeze(freezing, { for: `${10 + Math.floor(random() * 50)} minutes`, probability: 0.3, times: 2 });
        },
      });
      if (run % 100 === 0) progress(`${run} of ${seeds} seeds; failed so far: ${shipping.failed.length}`);
    }
    return shipping.result(`clocks that are up to ${MOST_SECONDS.join(', ')} s wrong`);
  },
};
