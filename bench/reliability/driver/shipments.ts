import * as z from 'zod';
import { createAgent, PermanentError, type BoundAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import type { Harness, OutagePort } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import { newId } from '../../../shared/domain/base/ids.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { sweepWorldDeep } from './sweep-world-deep.js';

const shipment = z.object({ shipment: z.string(), note: z.string().default('') });

export const ShipmentBooked = event('ShipmentBooked', shipment);
const Counted = event('PalletsCounted', shipment);
const Loaded = event('SpaceLoaded', shipment);
const Unloaded = event('SpaceUnloaded', shipment);
const Cleared = event('CustomsCleared', shipment);
const Flown = event('Flown', shipment);
const CountPallets = command('CountPallets', shipment, { reply: Counted });
const LoadSpace = command('LoadSpace', shipment, { reply: Loaded });
const UnloadSpace = command('UnloadSpace', shipment, { reply: Unloaded });
const AskCustoms = command('AskCustoms', shipment, { reply: Cleared });
const Fly = command('Fly', shipment, { reply: Flown });
const ScanDock = command('ScanDock', shipment);
const DockScanned = event('DockScanned', shipment);
const PapersWanted = event('PapersWanted', shipment);
const PapersCame = event('PapersCame', shipment);
const Praised = event('Praised', shipment);
const AskPraise = command('AskPraise', shipment, { reply: Praised });

/** Longer than the longest outage of the rows, and shorter than lanes keep a copy. */
const patient = { expires: '80 hours', tries: 5, priorities: ['normal'] } as const;

/**
 * The application of the rows about faults that last. A shipment goes over bus and direct lanes, through a request of an agent, a reply that
 * is put off, a request that nobody answers, a workflow with compensation, retries and dead letters: so every port of the application is
 * asked.
 */
export const shipments = defineTopology('shipments', {
  channels: {
    booked: { carries: [ShipmentBooked], qos: { ...patient, acks: 'message', retainPayloads: '30 days' } },
    pallets: { carries: [CountPallets], qos: patient },
    freight: { carries: [LoadSpace, UnloadSpace, Fly], qos: patient },
    customs: { carries: [AskCustoms], qos: patient },
    papers: { carries: [PapersWanted, PapersCame], qos: patient },
    praise: { carries: [AskPraise], qos: patient },
    docks: { carries: [ScanDock], qos: { ...patient, delivery: 'direct' } },
    results: { carries: [Counted, Loaded, Unloaded, Cleared, Flown, DockScanned, Praised], qos: patient },
  },
  agents: {
    // Short, so that its copies come back soon when it dies.
    office: {
      subscribes: ['booked', 'results', 'system.timeouts'],
      publishes: [CountPallets, ScanDock, AskPraise],
      handlerTimeout: '10 seconds',
    },
    auditor: { subscribes: ['booked'] },
    yard: { subscribes: ['pallets', 'docks'], publishes: [DockScanned] },
    carrier: { subscribes: ['freight'] },
    customs: { subscribes: ['customs', 'papers'], publishes: [PapersWanted] },
    broker: { subscribes: ['papers', 'praise'], publishes: [PapersCame] },
    watcher: { subscribes: ['workflow.events'] },
  },
  clients: { shipper: { publishes: [ShipmentBooked] } },
});

/** Times that the office repeats the note of a shipment. */
const LONG = 250_000;

const within = { timeout: '70 hours' } as const;

/** Loads, has customs clear it, and flies. What was loaded is unloaded when it does not fly. */
export const moveShipment = defineWorkflow(
  ...([shipments, 'move', { startedBy: ShipmentBooked, deadline: '9 days' }] as const),
  (flow, booked) => {
    const data = { shipment: booked.shipment };
    const undo = { with: UnloadSpace, data: () => data, ...within };
    flow.request('load', LoadSpace, data, { ...within, compensate: undo });
    flow.request('clear', AskCustoms, data, within);
    flow.request('fly', Fly, data, within);
    flow.complete('flown');
  },
);

/** Shipment that nobody flies and no auditor accepts. */
export const isRefused = (name: string): boolean => name.startsWith('bad');

/** Effects of a shipment, and its dead letters, when all goes as it is to. */
export function expectedOutcomes(name: string): { readonly effects: readonly string[]; readonly letters: number } {
  const all = ['booked', 'counted', 'told', 'scanned', 'docked', 'loaded', 'asked', 'papers', 'came', 'unpraised'];
  return isRefused(name)
    ? { effects: [...all, 'unloaded', 'ended|RequestFailed'], letters: 2 }
    : { effects: [...all, 'audited', 'flown', 'ended|flown'], letters: 0 };
}

/** The application in memory, with what its harness leaves out. */
export interface ShipmentsWorld {
  readonly world: Harness;
  /** The daily deep sweep, for which a world in memory has no archive. */
  readonly sweepDeep: () => Promise<void>;
  /** Calls of a port that outages have struck. */
  readonly struckOf: (port: OutagePort) => number;
}

/**
 * The application in memory. Handlers note `<shipment>|<effect>`; what follows from a try of the office carries the name of that try, so that
 * emissions of two tries show.
 */
export function shipmentsWorld(
  seed: number,
  note: (shipment: string, effect: string, by?: string) => void,
): ShipmentsWorld {
  const told = (effect: string) => (message: { readonly data: z.output<typeof shipment> }) => {
    const [name = '', by] = message.data.shipment.split('|');
    note(name, effect, by);
    return { shipment: message.data.shipment };
  };
  const refusing = (effect: string) => (message: { readonly data: z.output<typeof shipment> }) => {
    if (isRefused(message.data.shipment)) throw new PermanentError(`${effect}: refused`);
    return told(effect)(message);
  };
  const quiet = (): undefined => undefined;
  const office = createAgent(shipments, 'office').handle({
    ShipmentBooked: ({ data }, { publish }) => {
      note(data.shipment, 'booked');
      const own = `${data.shipment}|${newId()}`;
      // A long text travels by reference.
      publish(CountPallets, { shipment: own, note: data.note.repeat(LONG) });
      publish(ScanDock, { shipment: own });
      // So short that its maker sets the timer, and the sweeper need not.
      publish(AskPraise, { shipment: own }, { deadline: '10 minutes' });
    },
    PalletsCounted: (message) => void told('told')(message),
    DockScanned: (message) => void told('docked')(message),
    // Two messages of one end are two ends.
    RequestTimedOut: ({ id, correlationId, data }) => {
      if (data.type === AskPraise.name) note(correlationId, 'unpraised', id);
    },
    otherwise: quiet,
  });
  const auditor = createAgent(shipments, 'auditor').handle({
    ShipmentBooked: (message, { tries }) => {
      if (tries === 1 && !isRefused(message.data.shipment)) throw new Error('stumbles');
      refusing('audited')(message);
    },
  });
  const yard = createAgent(shipments, 'yard').handle({
    CountPallets: told('counted'),
    ScanDock: (message, { publish }) => {
      publish(DockScanned, told('scanned')(message));
    },
  });
  const carrier = createAgent(shipments, 'carrier').handle({
    LoadSpace: told('loaded'),
    UnloadSpace: told('unloaded'),
    Fly: refusing('flown'),
  });
  const customs = createAgent(shipments, 'customs').handle({
    AskCustoms: (message, { publish, replyLater }) => {
      publish(PapersWanted, told('asked')(message));
      return replyLater({ key: message.data.shipment, within: '70 hours' });
    },
    PapersCame: async (message, { replyTo }) => {
      await replyTo(AskCustoms, message.data.shipment, told('came')(message));
    },
    otherwise: quiet,
  });
  const broker = createAgent(shipments, 'broker').handle({
    PapersWanted: (message, { publish }) => {
      publish(PapersCame, told('papers')(message));
    },
    AskPraise: (message, { replyLater }) => replyLater({ key: message.data.shipment, within: '1 hour' }),
    otherwise: quiet,
  });
  const watcher = createAgent(shipments, 'watcher').handle({
    otherwise: quiet,
    // Two messages of one end are two ends.
    WorkflowCompleted: ({ id, correlationId, data }) => note(correlationId, `ended|${data.result}`, id),
  });
  const agents: BoundAgent[] = [office, auditor, yard, carrier, customs, broker, watcher].map((one) => one.with({}));
  const parts = { topology: shipments, agents, workflows: [moveShipment], random: seededRandom(seed) };
  const memory = new HarnessWorld(parts);
  return {
    world: harnessOver(memory, parts),
    sweepDeep: () => sweepWorldDeep(shipments, memory),
    struckOf: (port) => memory.faults.struckOf(port),
  };
}
