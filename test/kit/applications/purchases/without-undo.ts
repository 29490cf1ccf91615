import { defineTopology } from 'laneway/topology';
import { Act, Acted, PurchaseWanted } from '../purchase-topology.js';

/** The same application, as somebody would have it who forgot that running executions may still have to undo things. */
export const withoutUndo = defineTopology('purchases', {
  channels: {
    'purchase.wanted': { carries: [PurchaseWanted] },
    'purchase.work': { carries: [Act] },
    'purchase.done': { carries: [Acted] },
  },
  agents: { buyer: { subscribes: ['purchase.work'] }, mailer: { subscribes: ['approvals.requested'] } },
  clients: { shop: { publishes: [PurchaseWanted] } },
});
