import type { PriceList } from '../price-list.js';
import type { CostEstimate, Reason } from '../schemas.js';
import { weightiest } from './failure-estimate.js';

/**
 * Estimates the cost of the recommended work by the price list. The work is that of the weightiest finding, as in the
 * recommendation. The amount is rounded up to tens, because no workshop has seen the vehicle yet.
 *
 * @returns undefined when nothing was found, or the list does not have the work
 */
export function estimateCost(reasons: readonly Reason[], prices: PriceList): CostEstimate | undefined {
  const finding = weightiest(reasons);
  const job = finding && prices.jobs[finding.code];
  if (!job) return undefined;
  const amount = Math.ceil((job.parts + job.hours * prices.labourPerHour) / 10) * 10;
  return { amount, currency: prices.currency };
}

/** True when people have to approve the work: it costs more than the limit, or the list has no price for it. */
export function needsApproval(
  reasons: readonly Reason[],
  estimate: CostEstimate | undefined,
  approveAbove: number,
): boolean {
  if (reasons.length === 0) return false;
  return estimate === undefined || estimate.amount > approveAbove;
}
