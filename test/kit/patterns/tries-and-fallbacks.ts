import { defineWorkflow } from 'laneway/workflow';
import { AssessDamage, ClaimReported } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** The adjuster twice, then the deputy, then a person. */
export const certain = defineWorkflow(claims, 'certain', { startedBy: ClaimReported }, (flow, { claim }) => {
  const damage = flow.request(
    'assess',
    AssessDamage,
    { claim },
    { timeout: '2 minutes', tries: 2, fallback: ['deputy', { person: '4 hours' }], deadline: '5 hours' },
  );
  flow.complete('assessed', { cents: damage.cents, by: damage.by });
});
// #endregion
