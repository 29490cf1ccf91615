import { defineWorkflow } from 'laneway/workflow';
import { CheckCover, ClaimMoved, ClaimReported } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Tells the customer how things stand, and does not wait for the letters. */
export const intake = defineWorkflow(claims, 'intake', { startedBy: ClaimReported }, (flow, { claim, policy }) => {
  flow.publish('tell received', ClaimMoved, { claim, status: 'received' });
  flow.request('check', CheckCover, { policy }, { timeout: '10 minutes' });
  flow.publish('tell checked', ClaimMoved, { claim, status: 'checked' });
});
// #endregion
