import { CheckAsked, HURRY_SECONDS, hurriedCheck, ordersWorld, publishSurely } from './orders.js';
import type { RequestOutcomes } from './request-outcomes.js';
import type { Witness } from './witness.js';

/** Milliseconds between two sweeps; as deployed. */
const SWEEP_MS = 300_000;

/**
 * A workflow asks somebody who never answers, just before a sweep, and the timers' queue is emptied just after it: a sweep that finds
 * the request must not have passed it by before its time.
 */
export async function loseTimers(
  name: string,
  seed: number,
  random: () => number,
  parts: LostTimersParts,
): Promise<void> {
  const world = ordersWorld({ seed, witness: parts.witness, workflows: [hurriedCheck] });
  world.faults.drop({ type: 'ReserveStock', probability: 1 });
  const before = 1_000 + Math.floor(random() * (HURRY_SECONDS * 1000 - 4_000));
  await world.advance(`${SWEEP_MS - before} milliseconds`);
  await publishSurely(world, CheckAsked, name);
  await world.advance(`${before + Math.floor(random() * 1_000)} milliseconds`);
  world.faults.purge('deadlines');
  await world.advance('20 minutes');
  parts.outcomes.add(world, name, 'timed-out');
}

/** Parts that all worlds of a row share. */
export interface LostTimersParts {
  readonly witness: Witness;
  readonly outcomes: RequestOutcomes;
}
