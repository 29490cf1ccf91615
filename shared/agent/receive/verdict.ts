import { troubleDelay } from '../../domain/base/backoff.js';

/** Verdict on a copy: acknowledged, returned to its lane, or to be run last and alone. */
export type Verdict =
  | { readonly kind: 'acknowledge' }
  /** It goes back to the lane for `after` milliseconds. */
  | { readonly kind: 'return'; readonly after: number; readonly why: string }
  /** Its last lease died: it is to be run last and alone. */
  | { readonly kind: 'suspect' };

/**
 * Verdict on a copy that a store, the bus or an open breaker keeps from being handled: it comes again after pauses that let its receipts
 * outlast an outage of a day.
 * @param pause milliseconds at least; copies that wait for the same instant come spread over half as long again
 */
export function troubleVerdict(receives: number, random: number, why: string, pause = 0): Verdict {
  const after = Math.max(troubleDelay(receives, random), Math.ceil(pause * (1 + random / 2)));
  return { kind: 'return', after, why };
}

export const ACKNOWLEDGE: Verdict = { kind: 'acknowledge' };

/** Milliseconds that a copy stays away after its lease was lost. */
export const LOST_MS = 1_000;

/** Verdict after a lost lease. The copy is not acknowledged: the present holder of the lease may have received this very copy. */
export const LOST: Verdict = {
  kind: 'return',
  after: LOST_MS,
  why: 'the lease was lost before the outcome was written',
};
