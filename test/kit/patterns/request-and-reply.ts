import { defineWorkflow } from 'laneway/workflow';
import { AssessDamage, ClaimReported } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Asks for the damage and completes with the answer. */
export const assessment = defineWorkflow(claims, 'assessment', { startedBy: ClaimReported }, (flow, { claim }) => {
  const damage = flow.request('assess', AssessDamage, { claim }, { timeout: '10 minutes' });
  flow.complete('assessed', { cents: damage.cents });
});
// #endregion
