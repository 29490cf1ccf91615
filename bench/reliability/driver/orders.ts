import * as z from 'zod';
import { createAgent, type BoundAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { newId } from '../../../shared/domain/base/ids.js';
import type { Witness } from './witness.js';

const order = z.object({ order: z.string() });

export const OrderPlaced = event('OrderPlaced', order);
export const CheckAsked = event('CheckAsked', order);
export const StockReserved = event('StockReserved', order);
export const ReserveStock = command('ReserveStock', order, { reply: StockReserved });
export const ScanShelf = command('ScanShelf', order);
export const ShelfCounted = event('ShelfCounted', order);

const patient = { expires: '6 hours', tries: 5 } as const;

/** Topology of the rows: a request, a direct channel, acknowledgements as messages, several receivers, a workflow. */
export const orders = defineTopology('reliability', {
  channels: {
    orders: {
      carries: [OrderPlaced],
      qos: { ...patient, priorities: ['critical', 'normal', 'low'], acks: 'message', retainPayloads: '30 days' },
    },
    checks: { carries: [CheckAsked], qos: patient },
    'stock.request': { carries: [ReserveStock], qos: { ...patient, batchSize: 4 } },
    'stock.result': { carries: [StockReserved], qos: patient },
    'shelf.scan': { carries: [ScanShelf], qos: { ...patient, delivery: 'direct' } },
    'shelf.counted': { carries: [ShelfCounted], qos: patient },
  },
  agents: {
    clerk: { subscribes: ['orders', 'stock.result', 'shelf.counted'], publishes: [ReserveStock, ScanShelf] },
    auditor: { subscribes: ['orders'] },
    warehouse: { subscribes: ['stock.request'] },
    scanner: { subscribes: ['shelf.scan'], publishes: [ShelfCounted] },
    watcher: { subscribes: ['workflow.events'] },
  },
  clients: { shop: { publishes: [OrderPlaced, CheckAsked, ReserveStock] } },
});

export const AGENTS = ['clerk', 'auditor', 'warehouse', 'scanner'] as const;

/** A workflow that asks for one reservation, and waits longer than any redelivery of its parts takes. */
export const patientCheck = defineWorkflow(
  ...([orders, 'patient', { startedBy: CheckAsked, deadline: '1 day' }] as const),
  (flow, asked) => {
    flow.request('reserve', ReserveStock, { order: asked.order }, { timeout: '5 hours' });
    flow.complete('reserved');
  },
);

/** The same, in a hurry: seconds. */
export const HURRY_SECONDS = 30;
export const hurriedCheck = defineWorkflow(
  ...([orders, 'hurried', { startedBy: CheckAsked, deadline: '1 day' }] as const),
  (flow, asked) => {
    flow.request('reserve', ReserveStock, { order: asked.order }, { timeout: `${HURRY_SECONDS} seconds` });
    flow.complete('reserved');
  },
);

/** Reservations that the clerk makes of one order. */
export const PARTS = 3;

/** Effects of an order of so many parts: the order seen twice, each part reserved and answered, a shelf scanned and counted. */
export function effectsOf(parts: number): number {
  return 2 + 2 * parts + 2;
}

/** Options of {@link ordersWorld}. */
export interface OrdersOptions {
  readonly seed: number;
  readonly witness: Witness;
  /** Called before a handler notes its effect; the handler throws any error that this throws. */
  readonly before?: (what: string, order: string) => void;
  /** True: the clerk emits something else at each try: more, fewer and other messages. @defaultValue false */
  readonly fickle?: boolean;
  readonly workflows?: readonly WorkflowDefinition[];
}

/**
 * The application in memory. Every handler notes `<order>|<what>|<try>/<part>` at the witness: a clerk names each of its
 * tries anew, so that emissions of two tries that both arrive show.
 */
export function ordersWorld(options: OrdersOptions): Harness {
  const { seed, workflows = [] } = options;
  return createHarness(orders, { agents: ordersAgents(options), workflows, seed });
}

/** The agents of {@link ordersWorld}. */
export function ordersAgents({ seed, witness, before = () => undefined, fickle = false }: OrdersOptions): BoundAgent[] {
  const note = (what: string, name: string): void => {
    const [of = '', rest = ''] = name.split('|');
    before(what, of);
    witness.note(`${of}|${what}|${rest}`);
  };
  const clerk = createAgent(orders, 'clerk').handle({
    OrderPlaced: ({ data }, { publish, tries }) => {
      note('ordered', data.order);
      const name = newId();
      const parts = fickle ? 1 + ((tries + seed) % 5) : PARTS;
      for (let part = 1; part <= parts; part++)
        publish(ReserveStock, { order: `${data.order}|${name}/${part}/${parts}` });
      publish(ScanShelf, { order: `${data.order}|${name}` });
    },
    StockReserved: ({ data }) => note('answered', data.order),
    ShelfCounted: ({ data }) => note('counted', data.order),
  });
  const auditor = createAgent(orders, 'auditor').handle({
    OrderPlaced: ({ data }) => note('audited', data.order),
  });
  const warehouse = createAgent(orders, 'warehouse').handle({
    ReserveStock: ({ data }) => {
      note('reserved', data.order);
      return data;
    },
  });
  const scanner = createAgent(orders, 'scanner').handle({
    ScanShelf: ({ data }, { publish }) => {
      note('scanned', data.order);
      publish(ShelfCounted, data);
    },
  });
  const watcher = createAgent(orders, 'watcher').handle({
    otherwise: () => undefined,
    WorkflowCompleted: ({ correlationId, data }) => note('ended', `${correlationId}|${data.result}`),
  });
  return [clerk, auditor, warehouse, scanner, watcher].map((agent) => agent.with({}));
}

/** Publishes as a caller that tries again, under one id, until a call succeeds. */
export async function publishSurely(
  world: Harness,
  type: typeof OrderPlaced | typeof CheckAsked,
  name: string,
  options: { readonly priority?: 'critical' | 'normal' | 'low' } = {},
): Promise<void> {
  const id = newId();
  for (let attempt = 1; ; attempt++) {
    try {
      await world.publish(type, { order: name }, { ...options, id, correlationId: name });
      return;
    } catch (error) {
      if (attempt === 200) throw error;
    }
  }
}
