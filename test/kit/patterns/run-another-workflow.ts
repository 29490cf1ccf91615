import { defineWorkflow } from 'laneway/workflow';
import { BookRepair, CheckCover, ClaimReported, RepairAgreed } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Books a garage: a workflow of its own, which others run too. */
export const repair = defineWorkflow(claims, 'repair', { startedBy: RepairAgreed }, (flow, { claim }) => {
  flow.request('book', BookRepair, { claim }, { timeout: '1 hour' });
  flow.complete('booked');
});

/** Checks the cover and has the car repaired. */
export const caring = defineWorkflow(claims, 'caring', { startedBy: ClaimReported }, (flow, { claim, policy }) => {
  flow.request('check', CheckCover, { policy }, { timeout: '10 minutes' });
  const ended = flow.run('repair', repair, { claim }, { timeout: '4 hours', results: ['booked'] });
  flow.complete('cared for', { repair: ended.result });
});
// #endregion
