import { defineWorkflow } from 'laneway/workflow';
import { AssessDamage, ClaimReported, PayOut } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** People decide whether it is paid; silence goes to the management. */
export const goodwill = defineWorkflow(
  claims,
  'goodwill',
  { startedBy: ClaimReported, deadline: '7 days' },
  (flow, { claim }) => {
    const damage = flow.request('assess', AssessDamage, { claim }, { timeout: '10 minutes' });
    const { decision, by } = flow.approval('consent', {
      title: 'Pay as a goodwill gesture?',
      details: { claim, cents: damage.cents },
      approvers: 'team leads',
      timeout: '8 hours',
      escalateTo: 'management',
    });
    flow.match(decision, {
      approved: () => {
        flow.request('pay', PayOut, { claim, cents: damage.cents }, { timeout: '1 hour' });
        flow.complete('paid', { by });
      },
      rejected: () => flow.complete('rejected', { by }),
      silent: () => flow.fail('Undecided', 'neither team leads nor management decided'),
    });
  },
);
// #endregion
