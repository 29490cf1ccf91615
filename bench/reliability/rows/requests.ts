import { CRASH_POINTS, type CrashPoint, type Harness } from 'laneway/testing';
import { CheckAsked, ordersWorld, patientCheck, publishSurely } from '../driver/orders.js';
import { RequestOutcomes } from '../driver/request-outcomes.js';
import type { Row } from '../driver/row.js';

const SEEDS = 100;
const QUICK_SEEDS = 3;
const EMITTING: readonly CrashPoint[] = ['before-emit', 'mid-emit', 'after-emit'];

/** Faults on the way of a request, by name: a process killed at a point (the platform's pass fewer), or failing stores and bus. */
const PLANS: readonly (readonly [string, (world: Harness) => void])[] = [
  ...CRASH_POINTS.flatMap((point) => [kill('starter', point), kill('warehouse', point)]),
  ...EMITTING.flatMap((point) => [kill('dispatcher', point), kill('workflow-events', point), kill('deadlines', point)]),
  ['stores at 5 %', ({ faults }) => faults.storeErrors(0.05)],
  ['stores and bus at 5 %, duplicates', everything],
];

/**
 * A workflow asks and waits for five hours. Whatever dies or fails on the way, the answer is there long before, so that each
 * execution must end as `reserved`, once. One that was not told would end by its backstop, as `States.Timeout`.
 */
export const requests: Row = {
  name: 'requests',
  title:
    'Workflows that wait for an answer, while dispatcher, starter, replies and agents die and stores fail: each is told, once',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const endings = new RequestOutcomes();
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    for (const [index, [plan, make]] of PLANS.entries()) {
      // A fault that strikes by chance needs more runs to strike at the right place.
      const runs = plan.startsWith('stores') ? 4 * seeds : seeds;
      for (let run = 1; run <= runs; run++) {
        const names = ['a', 'b', 'c', 'd'].map((name) => `${index}-${run}-${name}`);
        const world = ordersWorld({ seed: seed + run, witness, workflows: [patientCheck] });
        make(world);
        for (const name of names) await publishSurely(world, CheckAsked, name);
        await world.settle();
        for (const name of names) endings.add(world, name, 'replied');
      }
      if (index % 6 === 5) progress(`${index + 1} of ${PLANS.length} plans`);
    }
    const result = endings.result(witness);
    return { ...result, figure: `${PLANS.length} plans x ${seeds} seeds or more, ${result.figure}` };
  },
};

function kill(who: string, point: CrashPoint): readonly [string, (world: Harness) => void] {
  return [`${who} ${point}`, ({ faults }) => faults.crash(who, point, { probability: 0.5, times: 2 })];
}

function everything({ faults }: Harness): void {
  faults.storeErrors(0.05);
  faults.throttle(0.05);
  faults.duplicate({ probability: 0.3 });
  faults.reorder('5 seconds');
}
