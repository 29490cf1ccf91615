import { defineWorkflow } from 'laneway/workflow';
import { AssessDamage, CheckCover, ClaimReported, PayOut } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Pays what the policy covers. */
export const settlement = defineWorkflow(
  claims,
  'settlement',
  { startedBy: ClaimReported },
  (flow, { claim, policy }) => {
    const terms = flow.request('check', CheckCover, { policy }, { timeout: '10 minutes' });
    const owed = flow.match(terms.cover, {
      full: () => {
        const damage = flow.request('assess', AssessDamage, { claim }, { timeout: '2 hours' });
        return damage.cents;
      },
      partial: () => terms.cents,
      none: () => flow.complete('not covered'),
    });
    const paid = flow.request('pay', PayOut, { claim, cents: owed }, { timeout: '1 hour' });
    flow.complete('paid', { transfer: paid.transfer });
  },
);
// #endregion
