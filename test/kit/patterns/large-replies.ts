import { defineWorkflow } from 'laneway/workflow';
import { ClaimReported, KeepFile, ScanFile } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Passes a scanned file on, however large, and looks at none of it. */
export const archive = defineWorkflow(claims, 'archive', { startedBy: ClaimReported }, (flow, { claim }) => {
  const scan = flow.request('scan', ScanFile, { claim }, { timeout: '10 minutes' });
  flow.request('keep', KeepFile, { claim, pages: scan.pages }, { timeout: '10 minutes' });
  flow.complete('kept', { sheets: scan.sheets });
});
// #endregion
