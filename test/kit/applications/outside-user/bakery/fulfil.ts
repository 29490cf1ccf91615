import { defineWorkflow } from 'laneway/workflow';
import { bakery, BakeLoaves, DeliverOrder, OrderPlaced } from './topology.js';

/** Two steps: what was ordered is baked, then delivered. */
export const fulfil = defineWorkflow(bakery, 'fulfil', { startedBy: OrderPlaced }, (flow, { order, loaves }) => {
  const baked = flow.request('bake', BakeLoaves, { order, loaves }, { timeout: '5 minutes' });
  const delivered = flow.request('deliver', DeliverOrder, { order, loaves: baked.loaves }, { timeout: '5 minutes' });
  return flow.match(delivered.by, {
    bicycle: () => flow.complete('delivered', { by: 'bicycle' }),
    van: () => flow.complete('delivered', { by: 'van' }),
  });
});
