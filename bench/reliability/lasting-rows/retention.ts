import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Row } from '../driver/row.js';
import { Shipping } from '../driver/shipping.js';
import { shipments } from '../driver/shipments.js';

const SEEDS = 500;
const QUICK_SEEDS = 10;
const QUEUES = [
  ...Object.keys(shipments.model.agents),
  ...['replies', 'starter', 'deadlines', 'workflow-events', 'dead-letters'],
];
const STORES = ['deliveries', 'pending', 'bus'] as const;

/** Queues are purged, or keep their copies for less time than an outage lasts. */
export const retention: Row = {
  name: 'retention',
  title:
    'Queues that are purged, or that keep copies for less time than an outage lasts: each expected delivery ends, with its effect or (quarantined) with a reason, whatever is lost',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const shipping = new Shipping(witness);
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    for (let run = 1; run <= seeds; run++) {
      const random = seededRandom(seed * 2203 + run);
      const one = <Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item =>
        items[Math.floor(random() * items.length)] as Item;
      const isPurge = run % 2 === 0;
      await shipping.run({
        ...{ name: `${isPurge ? 'purged' : 'outlived'}-${run}`, seed: seed + run, loses: true },
        after: `${Math.floor(random() * 40_000)} milliseconds`,
        strike: ({ faults }) => {
          if (isPurge) for (let times = 0; times < 3; times++) faults.purge(one(QUEUES));
          else {
            faults.retain('1 hour');
            faults.outage({ port: one(STORES), for: one(['2 hours', '1 day'] as const) });
          }
        },
      });
      if (run % 100 === 0) progress(`${run} of ${seeds} seeds; failed so far: ${shipping.failed.length}`);
    }
    return shipping.result('purged queues and copies that outlived theirs');
  },
};
