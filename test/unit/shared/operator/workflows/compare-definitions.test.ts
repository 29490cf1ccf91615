import { command, event, older, type MessageType } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import * as z from 'zod';
import { changeText } from '../../../../../cli/render/workflows.js';
import { plainPaint } from '../../../../../cli/render/paint.js';
import {
  breaksIn,
  compareDefinitions,
  type ComparedDefinitions,
} from '../../../../../shared/operator/workflows/compare-definitions.js';
import {
  Book,
  Booked,
  bookGroup,
  bookTrip,
  deployedTrip as deployed,
  Cancelled,
  travel,
  TripAsked,
  TripWanted,
} from '../../../../kit/applications/trip-topology.js';

const within = { timeout: '1 minute' } as const;
const compare = (own: Partial<ComparedDefinitions>) =>
  compareDefinitions({ workflow: 'book-trip', running: 2, model: travel.model, workflows: ['book-trip'], ...own });

describe('what a deployment would do', () => {
  test('nothing, when only the address of the dispatcher differs', () => {
    expect(compare({ deployed, local: bookTrip.asl })).toEqual({
      ...{ workflow: 'book-trip', change: 'unchanged', running: 2 },
      ...{ added: [], removed: [], changed: [], breaks: [] },
    });
    expect(compare({ local: bookTrip.asl, running: 0 }).change).toBe('added');
    expect(compare({ deployed }).change).toBe('removed');
  });

  test('names the steps that are added, removed and changed, in branches and elements as well', () => {
    const next = defineWorkflow(travel, 'book-trip', { startedBy: TripWanted }, (flow, wish) => {
      flow.request('hotel', Book, { trip: wish.trip, what: 'hotel' }, { timeout: '2 minutes' });
      flow.map('seats', wish.travellers, (what) => void flow.request('seat', Book, { trip: wish.trip, what }, within));
      flow.complete('booked');
    });
    const change = compare({ deployed, local: next.asl });
    expect(change).toMatchObject({ change: 'changed', changed: ['hotel'], removed: ['flight', 'car'] });
    expect(change.added).toEqual(expect.arrayContaining(['seats', 'seat']));
    expect(changeText([{ ...change, lookedAt: 2, affected: [] }], plainPaint).join('\n')).toMatch(
      /2 running \(they end on .*\n.*\+ [\s\S]*- flight[\s\S]*~ hotel/,
    );
    const inner = compare({ workflow: 'g', deployed: bookGroup.asl, local: { ...bookGroup.asl, TimeoutSeconds: 5 } });
    expect(inner).toMatchObject({ change: 'changed', added: [], removed: [], changed: [] });
  });

  test('names the steps whose payloads would no longer fit', () => {
    const types = (...changed: MessageType[]) =>
      new Map([...travel.types, ...changed.map((type) => [type.name, type] as const)]);
    const schema = z.object({ trip: z.string(), what: z.string(), nights: z.number() });
    const breaks = (...changed: MessageType[]) =>
      compare({ deployed, local: bookTrip.asl, types: types(...changed) }).breaks;
    expect(breaks()).toEqual([]);
    // The version stayed: whoever runs on the old definition sends the old payload under it.
    const missing = breaks(command('Book', schema, { reply: Booked }));
    expect(missing.map((text) => text.split(', which version 1 would need')[0])).toEqual(
      ['hotel', 'flight', 'car'].map((step) => `step '${step}' sends Book v1 without nights`),
    );
    expect(breaks(command('Book', schema, { reply: Booked, version: 2 }))[0]).toBe(
      "step 'hotel' sends Book v1, and only version 2 would be accepted: list it with older(1, ...)",
    );
    const upgraded = [older(1, Book.schema, (data) => ({ ...data, nights: 1 }))];
    expect(breaks(command('Book', schema, { reply: Booked, version: 2, accepts: upgraded }))).toEqual([]);
    const undo = z.object({ booking: z.string(), fee: z.number() });
    expect(breaks(command('Cancel', undo, { reply: Cancelled })).map((text) => text.split(',')[0])).toEqual(
      ['hotel', 'flight'].map((step) => `step '${step}' sends Cancel v1 without fee`),
    );
  });

  test('names fields that are missing at any depth, and looks into no value that only an execution has', () => {
    const trip = (schema: z.ZodType) => {
      const sent = (what: string) =>
        breaksIn(nested, { ...around, types: new Map([['Nest', command('Nest', schema)]]) })
          .filter(({ state }) => state === what)
          .map(({ what: text }) => /without (.*), which/.exec(text)?.[1]);
      return { whole: sent('whole'), built: sent('built') };
    };
    const Where = z.object({ city: z.string() });
    const Nest = command(
      'Nest',
      z.object({ to: Where, bags: z.array(z.object({ kg: z.number() })), trip: z.string() }),
    );
    const Left = event('Left', Nest.schema);
    const depot = defineTopology('depot', {
      channels: { left: { carries: [Left] }, nests: { carries: [Nest] } },
      agents: { porter: { subscribes: ['nests'] } },
      clients: { guest: { publishes: [Left] } },
    });
    const nested = defineWorkflow(depot, 'nested', { startedBy: Left }, (flow, left) => {
      flow.publish('built', Nest, { to: { city: left.to.city }, bags: [{ kg: 1 }, { kg: 2 }], trip: left.trip });
      flow.publish('whole', Nest, { to: left.to, bags: left.bags, trip: left.trip });
    }).asl;
    const around = { model: depot.model, local: nested, workflows: ['nested'] };
    expect(trip(Nest.schema)).toEqual({ whole: [], built: [] });
    const more = z.object({
      to: Where.extend({ zip: z.string(), street: z.string().optional(), floor: z.number().default(0) }),
      bags: z.array(z.object({ kg: z.number(), tag: z.string() })),
      trip: z.string(),
    });
    expect(trip(more)).toEqual({ whole: [], built: ['to.zip, bags[].tag'] });
    // A part that occurs twice stands apart in a JSON Schema.
    const Place = z.object({ city: z.string(), zip: z.string() }).meta({ id: 'Place' });
    const twice = z.object({ to: Place, from: Place.optional(), bags: z.array(z.unknown()), trip: z.string() });
    expect(trip(twice)).toEqual({ whole: [], built: ['to.zip'] });
    expect(trip(z.intersection(Nest.schema, z.object({ to: z.object({ zip: z.string() }) }))).built).toEqual([
      'to.zip',
    ]);
  });

  test('names what running executions need and would no longer find', () => {
    const { channels, agents } = travel.model;
    const { bookings, ...others } = channels;
    expect(compare({ deployed, local: bookTrip.asl }).breaks).toEqual([]);
    const gone = compare({ deployed, local: bookTrip.asl, model: { ...travel.model, channels: others } });
    expect(gone.breaks).toContain("step 'hotel' sends Book, which no channel carries any more");
    expect(gone.breaks).toContain("step 'hotel' sends Cancel, which no channel carries any more");
    expect(bookings).toBeDefined();
    const deaf = Object.fromEntries(Object.entries(agents).map(([id, agent]) => [id, { ...agent, handles: [] }]));
    expect(compare({ deployed, local: bookTrip.asl, model: { ...travel.model, agents: deaf } }).breaks).toContain(
      "step 'car' sends Book, which no agent handles any more",
    );
    const waits = defineWorkflow(travel, 'waits', { startedBy: TripWanted }, (flow, wish) => {
      flow.receive('asked', TripAsked, { timeout: '1 hour' });
      flow.run('again', bookTrip, { trip: wish.trip, travellers: [] }, { timeout: '1 hour', results: ['booked'] });
    });
    const renamed = compare({ workflow: 'waits', deployed: waits.asl, local: bookTrip.asl, workflows: ['waits'] });
    expect(renamed.breaks).toEqual([
      "step 'asked' waits for TripAsked, and nobody would listen for it",
      "step 'again' runs book-trip, which is gone",
    ]);
  });
});
