import { defineWorkflow } from 'laneway/workflow';
import { ClaimReported, ReadPhoto } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Has every photo read, two at once. */
export const photos = defineWorkflow(claims, 'photos', { startedBy: ClaimReported }, (flow, report) => {
  const damages = flow.map(
    'photos',
    report.photos,
    (photo) => {
      const read = flow.request('read', ReadPhoto, { photo }, { timeout: '5 minutes' });
      return { part: read.part, cents: read.cents };
    },
    { concurrency: 2 },
  );
  flow.complete('read', { damages });
});
// #endregion
