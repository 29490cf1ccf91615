import { defineWorkflow } from 'laneway/workflow';
import { ClaimMoved, ClaimReported, PayOut } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Pays when the time to object is over, not before the new year's accounts are open. */
export const patience = defineWorkflow(
  claims,
  'patience',
  { startedBy: ClaimReported, deadline: '30 days' },
  (flow, { claim }) => {
    flow.publish('offer', ClaimMoved, { claim, status: 'offered' });
    flow.wait('time to object', '3 days');
    flow.wait('accounts open', { until: '2026-01-06T08:00:00Z' });
    flow.request('pay', PayOut, { claim, cents: 50_000 }, { timeout: '1 hour' });
  },
);
// #endregion
