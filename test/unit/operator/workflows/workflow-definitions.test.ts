import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, event, older, type MessageType } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import * as z from 'zod';
import { machineMermaid, machineText } from '../../../../cli/render/machine.js';
import { changeText, costText } from '../../../../cli/render/workflows.js';
import { plainPaint } from '../../../../cli/render/paint.js';
import { workflowsIn } from '../../../../cli/context/synthesized-workflows.js';
import type { StateVisits } from '../../../../shared/domain/execution/executions.js';
import { affectedExecutions } from '../../../../shared/operator/workflows/affected-executions.js';
import {
  breaksIn,
  compareDefinitions,
  type Comparison,
} from '../../../../shared/operator/workflows/compare-definitions.js';
import { workflowCost } from '../../../../shared/operator/workflows/workflow-cost.js';
import {
  Book,
  Booked,
  bookGroup,
  bookTrip,
  Cancel,
  Cancelled,
  travel,
  TripAsked,
  TripWanted,
} from '../../../kit/applications/trip-topology.js';

const within = { timeout: '1 minute' } as const;
const compare = (own: Partial<Comparison>) =>
  compareDefinitions({ workflow: 'book-trip', running: 2, model: travel.model, workflows: ['book-trip'], ...own });
/** As CloudFormation puts it. */
const deployed = JSON.parse(
  JSON.stringify(bookTrip.asl).replaceAll('${DispatcherArn}', 'arn:aws:lambda:eu-west-1:1:function:dispatcher'),
) as typeof bookTrip.asl;

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

describe('running executions that would run into something', () => {
  const schema = z.object({ trip: z.string(), what: z.string(), nights: z.number() });
  const around = {
    ...{ workflow: 'book-trip', model: travel.model, workflows: ['book-trip'], local: bookTrip.asl },
    types: new Map<string, MessageType>([...travel.types, ['Book', command('Book', schema, { reply: Booked })]]),
  };
  const gone = { entered: 1, exited: 1, since: '' };
  const here = { entered: 1, exited: 0, since: '' };
  /** The engine, as it tells of executions that stand at these states. */
  const engine = (visits: Readonly<Record<string, Readonly<Record<string, StateVisits>>>>, asl = deployed) => ({
    list: async function* () {
      for (const name of Object.keys(visits))
        yield await Promise.resolve({ workflow: 'book-trip', name, status: 'running' as const, startedAt: '' });
    },
    definition: () => Promise.resolve(asl),
    visits: (_workflow: string, name: string) => Promise.resolve(visits[name] ?? {}),
  });

  test('are those that are at the step or before it', async () => {
    const { running, steps } = await affectedExecutions(
      around,
      engine({
        first: {},
        second: { hotel: here },
        third: { hotel: gone, flight: here },
        last: { hotel: gone, flight: gone, car: here },
      }),
    );
    expect(running).toBe(4);
    expect(steps.map(({ step, executions }) => [step, executions])).toEqual([
      ['hotel', ['first', 'second']],
      ['flight', ['first', 'second', 'third']],
      ['car', ['first', 'second', 'third', 'last']],
    ]);
    const undo = command('Cancel', z.object({ booking: z.string(), fee: z.number() }), { reply: Cancelled });
    const undone = await affectedExecutions(
      { ...around, types: new Map<string, MessageType>([...travel.types, ['Cancel', undo]]) },
      engine({ second: { hotel: here }, last: { hotel: gone, flight: gone, car: here } }),
    );
    // A step that is behind is undone when the last one fails.
    expect(undone.steps.map(({ step, executions }) => [step, executions])).toEqual([
      ['hotel', ['second', 'last']],
      ['flight', ['second', 'last']],
    ]);
  });

  test('are looked at on their own definition: arms that were not taken are not ahead, elements of maps are', async () => {
    const arms = defineWorkflow(travel, 'book-trip', { startedBy: TripWanted }, (flow, wish) => {
      const hotel = flow.request('hotel', Cancel, { trip: wish.trip, what: '', booking: '' }, within);
      flow.match(flow.is(hotel.booking, '=', 'x'), {
        true: () => {
          flow.request('flight', Book, { trip: wish.trip, what: 'flight' }, within);
          flow.complete('flown');
        },
        false: () =>
          flow.map(
            'seats',
            wish.travellers,
            (what) => void flow.request('seat', Book, { trip: wish.trip, what }, within),
          ),
      });
      flow.request('car', Book, { trip: wish.trip, what: 'car' }, within);
      flow.complete('booked');
    }).asl;
    const { steps } = await affectedExecutions(
      around,
      engine(
        {
          start: { hotel: here },
          flies: { hotel: gone, flight: here },
          sits: { hotel: gone, seats: here, seat: gone },
        },
        arms,
      ),
    );
    expect(Object.fromEntries(steps.map(({ step, executions }) => [step, executions]))).toEqual({
      flight: ['start', 'flies'],
      seat: ['start', 'sits'],
      car: ['start', 'sits'],
    });
  });

  test('have a step of a branch behind them while another branch still runs', async () => {
    const sides = defineWorkflow(travel, 'book-trip', { startedBy: TripWanted }, (flow, wish) => {
      const book = (what: string) => void flow.request(what, Book, { trip: wish.trip, what }, within);
      flow.parallel({ one: () => book('hotel'), other: () => book('flight') });
      book('car');
      flow.complete('booked');
    }).asl;
    const both = sides.StartAt;
    const { steps } = await affectedExecutions(
      around,
      engine({ e: { [both]: here, hotel: gone, flight: here } }, sides),
    );
    expect(steps.map(({ step }) => step)).toEqual(['flight', 'car']);
  });

  test('are counted in full and named up to twenty', async () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`e${index}`, { hotel: here }]));
    const affected = await affectedExecutions(around, engine(many));
    const [hotel] = affected.steps;
    expect(hotel).toMatchObject({ step: 'hotel', count: 25 });
    expect(hotel?.executions).toHaveLength(20);
    const { running, lookedAt, steps } = affected;
    const change = { ...compare({ deployed, local: bookTrip.asl, types: around.types }), running, lookedAt };
    const text = changeText([{ ...change, affected: steps }], plainPaint).join('\n');
    expect(text).toMatch(
      /breaks running executions: step 'hotel' sends Book v1 without nights.*\n {4}25 at or before it: e0, e1, .*, e19, \.\.\.\n/,
    );
    expect(changeText([{ ...change, affected: [] }], plainPaint).join('\n')).toContain(
      "nobody runs into it: step 'hotel'",
    );
  });
});

test('the cost of each way through: $25 a million transitions', () => {
  expect(workflowCost(bookTrip.asl)).toMatchObject([
    { states: ['hotel', 'flight', 'car'], transitions: 3, dollarsPerThousand: 0.075 },
  ]);
  expect(costText('book-trip', workflowCost(bookTrip.asl), plainPaint).join('\n')).toMatch(
    /3\s+0\.075\s+hotel > flight > car/,
  );
});

test('drawings name every state and mark where an execution stands', () => {
  const choice = defineWorkflow(travel, 'choice', { startedBy: TripWanted }, (flow, wish) => {
    const hotel = flow.request('hotel', Book, { trip: wish.trip, what: 'hotel' }, within);
    flow.match(hotel.sure, { true: () => flow.complete('sure'), false: () => flow.fail('Unsure', 'no') });
  });
  const marks = new Map([['hotel', 'done']] as const);
  const text = machineText(choice.asl, marks).join('\n');
  expect(text).toContain('✓ hotel: request Book within 60 s');
  expect(text).toMatch(/sure = true -> complete sure[\s\S]*fail Unsure: fails with Unsure/);
  const mermaid = machineMermaid(choice.asl, marks);
  expect(mermaid).toContain('"hotel: request Book within 60 s"]:::done');
  expect(mermaid).toContain('classDef done');
  const group = machineMermaid(bookGroup.asl);
  for (const name of ['seats', 'seat', 'hotel', 'car']) expect(group).toContain(`"${name}: `);
  // Every edge leads to a node that is drawn.
  const drawn = new Set([...group.matchAll(/^\s*(\w+)[[({]/gm)].map(([, id]) => id));
  for (const [, id] of group.matchAll(/--> (?:\|[^|]*\| )?(s\d+)$/gm)) expect(drawn).toContain(id);
});

test('workflows are found in the templates of an assembly', () => {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-'));
  const machine = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { DefinitionString: JSON.stringify(bookTrip.asl) },
  };
  const other = { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: '{"StartAt":"a"}' } };
  writeFileSync(join(folder, 'A.template.json'), JSON.stringify({ Resources: { Machine: machine, other } }));
  writeFileSync(join(folder, 'B.template.json'), '{}');
  expect(workflowsIn(folder)).toEqual(new Map([['book-trip', bookTrip.asl]]));
});
