import { defineWorkflow } from 'laneway/workflow';
import { ClaimReported, PayOut, ScreenClaim } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Small claims are paid when nobody can screen them. */
export const lenient = defineWorkflow(claims, 'lenient', { startedBy: ClaimReported }, (flow, { claim }) => {
  const screened = flow.request(
    'screen',
    ScreenClaim,
    { claim },
    { timeout: '2 minutes', onTimeout: { verdict: 'unknown' }, onFailure: { verdict: 'unknown' } },
  );
  flow.match(screened.verdict, {
    clear: () => flow.request('pay', PayOut, { claim, cents: 9_000 }, { timeout: '1 hour' }),
    suspicious: () => flow.fail('Suspicious', 'someone has to look at it'),
    unknown: () => flow.request('pay a part', PayOut, { claim, cents: 5_000 }, { timeout: '1 hour' }),
  });
});
// #endregion
