import { createAgent } from 'laneway/agent';
import { createHarness, type Harness } from 'laneway/testing';
import { newId } from '../../../shared/domain/base/ids.js';
import { ReserveStock, ScanShelf, shop, ShelfCounted } from '../applications/fixture-topology.js';

/** Deeds of a shop's handlers, which neither ledger nor lanes know of. */
export interface ShopWitness {
  /** Orders of the commands that the warehouse handled, once for each time it did. */
  readonly reserved: string[];
  /** Shelves that were scanned. */
  readonly scanned: string[];
  /** Orders whose reply reached the clerk. */
  readonly answered: string[];
}

/** Reservations that the clerk makes of one order. */
export const PARTS = 3;

/**
 * A running shop. At every try the clerk emits something else: three reservations and a scan that carry the name of the
 * try, `<order>/<try>/<part>`.
 */
export function runningShop(seed = 1): { world: Harness; witness: ShopWitness } {
  const { agents, witness } = shopAgents();
  return { world: createHarness(shop, { agents, seed }), witness };
}

/** The agents of {@link runningShop}, for a world that a test makes. */
export function shopAgents() {
  const witness: ShopWitness = { reserved: [], scanned: [], answered: [] };
  const clerk = createAgent(shop, 'clerk').handle({
    OrderPlaced: ({ data }, { publish }) => {
      const name = newId();
      for (let part = 1; part <= PARTS; part++) publish(ReserveStock, { order: `${data.order}/${name}/${part}` });
      publish(ScanShelf, { shelf: `${data.order}/${name}` });
    },
    StockReserved: ({ data }) => void witness.answered.push(data.order),
    otherwise: () => undefined,
  });
  const warehouse = createAgent(shop, 'warehouse').handle({
    ReserveStock: ({ data }) => {
      witness.reserved.push(data.order);
      return { order: data.order, reserved: true };
    },
    OrderPlaced: () => undefined,
  });
  const scanner = createAgent(shop, 'scanner').handle({
    ScanShelf: ({ data }, { publish }) => {
      witness.scanned.push(data.shelf);
      publish(ShelfCounted, { shelf: data.shelf, count: 1 });
    },
  });
  return { agents: [clerk.with({}), warehouse.with({}), scanner.with({})], witness };
}

/** Names of the tries of an order that reached the warehouse, and the parts that did of each. */
export function triesOf(order: string, reserved: readonly string[]): Map<string, Set<string>> {
  const tries = new Map<string, Set<string>>();
  for (const [of, name = '', part = ''] of reserved.map((text) => text.split('/'))) {
    if (of === order) tries.set(name, (tries.get(name) ?? new Set()).add(part));
  }
  return tries;
}
