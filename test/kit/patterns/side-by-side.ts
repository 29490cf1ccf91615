import { defineWorkflow } from 'laneway/workflow';
import { AssessDamage, CheckCover, ClaimReported, ScreenClaim } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
const within = { timeout: '10 minutes' } as const;

/** Asks three at once and completes with what they say. */
export const review = defineWorkflow(claims, 'review', { startedBy: ClaimReported }, (flow, { claim, policy }) => {
  const found = flow.parallel({
    cover: () => flow.request('check', CheckCover, { policy }, within).cover,
    damage: () => flow.request('assess', AssessDamage, { claim }, within).cents,
    verdict: () => flow.request('screen', ScreenClaim, { claim }, within).verdict,
  });
  flow.complete('reviewed', { cover: found.cover, cents: found.damage, verdict: found.verdict });
});
// #endregion
