import type { Harness } from 'laneway/testing';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Row } from '../driver/row.js';
import { loseTimers } from '../driver/lost-timers.js';
import { RequestOutcomes } from '../driver/request-outcomes.js';
import { Shipping } from '../driver/shipping.js';

const SEEDS = 600;
const QUICK_SEEDS = 21;

const ON = { receiver: 'workflow-events' } as const;
type Plan = readonly [string, (world: Harness) => void];
/** Courses of status events, by name. */
const PLANS: readonly Plan[] = [
  ['an hour late', ({ faults }) => faults.delay('1 hour', { ...ON, probability: 1 })],
  ['three times', ({ faults }) => faults.duplicate({ ...ON, copies: 2 })],
  ['late and doubled', lateAndDoubled],
  ['lost', ({ faults }) => faults.drop({ ...ON, probability: 1 })],
  ['half lost', ({ faults }) => faults.drop({ ...ON, probability: 0.5 })],
  ['two days late, or lost', late],
  ['lost, late and doubled', everything],
];

/** Step Functions tells at best effort how executions ended: what follows from an end must not hang on one event. */
export const lostEvents: Row = {
  name: 'lost-events',
  title:
    'Status events of executions lost, late and doubled, and timers lost after the sweep: each end is told once, what a failed one has done is undone, each request ends, one sweep after',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const shipping = new Shipping(witness);
    const outcomes = new RequestOutcomes();
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    for (let run = 1; run <= seeds; run++) {
      const random = seededRandom(seed * 6151 + run);
      const [plan, strike] = PLANS[run % PLANS.length] ?? ['lost, late and doubled', everything];
      await shipping.run({
        ...{ name: `${plan.replaceAll(/\W+/g, '-')}-${run}`, seed: seed + run, strike },
        after: `${Math.floor(random() * 40_000)} milliseconds`,
      });
      await loseTimers(`timers-${run}`, seed + run, random, { witness, outcomes });
      if (run % 100 === 0) progress(`${run} of ${seeds} seeds; failed so far: ${shipping.failed.length}`);
    }
    const timers = outcomes.result(witness);
    const shipped = shipping.result(`${PLANS.length} courses of status events`);
    return {
      ok: timers.ok && shipped.ok,
      sent: timers.sent + shipped.sent,
      effects: timers.effects + shipped.effects,
      quarantined: timers.quarantined + shipped.quarantined,
      lost: timers.lost + shipped.lost,
      extra: timers.extra + shipped.extra,
      figure: `${shipped.figure}; requests whose timers were lost: ${timers.figure}`,
      problems: [...shipped.problems, ...timers.problems],
    };
  },
};

function late({ faults }: Harness): void {
  faults.drop({ ...ON, probability: 0.3 });
  faults.delay('2 days', { ...ON, probability: 1 });
}

function lateAndDoubled({ faults }: Harness): void {
  faults.delay('40 minutes', { ...ON, probability: 0.5 });
  faults.duplicate({ ...ON, probability: 0.5, copies: 2 });
}

function everything(world: Harness): void {
  world.faults.drop({ ...ON, probability: 0.3 });
  lateAndDoubled(world);
}
