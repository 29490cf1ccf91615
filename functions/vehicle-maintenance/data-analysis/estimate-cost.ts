import type { PriceList } from '../price-list.js';
import type { CostEstimate, Reason } from '../schemas.js';
import { weightiest } from './failure-estimate.js';

/**
 * What the recommended work costs by the list: that of the weightiest finding, as the recommendation is. Rounded up to
 * tens, because a workshop has not seen the vehicle yet.
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

/** Whether people have to approve the work: it costs more than the limit, or there is work and nobody knows its price. */
export function needsApproval(
  reasons: readonly Reason[],
  estimate: CostEstimate | undefined,
  approveAbove: number,
): boolean {
  if (reasons.length === 0) return false;
  return estimate === undefined || estimate.amount > approveAbove;
}
