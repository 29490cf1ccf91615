import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';

/** A small application for outages: each way that a message can take, and nothing that ends while an outage lasts. */
export const CargoLanded = event('CargoLanded', z.object({ cargo: z.string() }));
export const CargoLifted = event('CargoLifted', z.object({ cargo: z.string() }));
export const CargoWeighed = event('CargoWeighed', z.object({ cargo: z.string(), tons: z.number() }));
export const WeighCargo = command('WeighCargo', z.object({ cargo: z.string() }), { reply: CargoWeighed });
export const ShipDue = event('ShipDue', z.object({ ship: z.string() }));
export const ShipCleared = event('ShipCleared', z.object({ ship: z.string(), tons: z.number() }));

const lasting = { expires: '4 hours' } as const;

export const quay = defineTopology('quay', {
  channels: {
    landings: { carries: [CargoLanded], qos: lasting },
    lifted: { carries: [CargoLifted], qos: lasting },
    scales: { carries: [WeighCargo], qos: lasting },
    weights: { carries: [CargoWeighed], qos: lasting },
    ships: { carries: [ShipDue, ShipCleared], qos: lasting },
  },
  agents: {
    crane: { subscribes: ['landings'], publishes: [CargoLifted], handlerTimeout: '5 seconds' },
    scale: { subscribes: ['scales'], handlerTimeout: '5 seconds' },
    shed: { subscribes: ['lifted', 'ships'], handlerTimeout: '5 seconds' },
  },
  clients: { pier: { publishes: [CargoLanded, WeighCargo, ShipDue] } },
});

/** Has a ship's two cargoes weighed, one after the other, and tells of it. */
export const clearShip = defineWorkflow(quay, 'clear-ship', { startedBy: ShipDue }, (flow, due) => {
  flow.request('weigh', WeighCargo, { cargo: due.ship }, { timeout: '2 hours' });
  const { tons } = flow.request('weigh-again', WeighCargo, { cargo: due.ship }, { timeout: '2 hours' });
  flow.publish('tell', ShipCleared, { ship: due.ship, tons });
  flow.complete('cleared');
});
