import { defineWorkflow } from 'laneway/workflow';
import { ClaimMoved, ClaimReported, InvoiceReceived, PayOut } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Pays what the garage puts on its invoice. */
export const invoice = defineWorkflow(
  claims,
  'invoice',
  { startedBy: ClaimReported, deadline: '14 days' },
  (flow, { claim }) => {
    flow.publish('ask', ClaimMoved, { claim, status: 'waiting for the invoice' });
    const received = flow.receive('invoice', InvoiceReceived, { key: claim, timeout: '4 days' });
    flow.request('pay', PayOut, { claim, cents: received.cents }, { timeout: '1 hour' });
    flow.complete('paid', { invoice: received.invoice });
  },
);
// #endregion
