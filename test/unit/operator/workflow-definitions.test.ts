import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, older, type MessageType } from 'laneway/message';
import { defineWorkflow } from 'laneway/workflow';
import * as z from 'zod';
import { machineMermaid, machineText } from '../../../cli/render/machine.js';
import { changeText, costText } from '../../../cli/render/workflows.js';
import { plainPaint } from '../../../cli/render/paint.js';
import { workflowsIn } from '../../../cli/synthesized-workflows.js';
import { compareDefinitions, type Comparison } from '../../../shared/operator/compare-definitions.js';
import { workflowCost } from '../../../shared/operator/workflow-cost.js';
import {
  Book,
  Booked,
  bookGroup,
  bookTrip,
  Cancelled,
  travel,
  TripAsked,
  TripWanted,
} from '../../support/trip-topology.js';

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
    expect(changeText([change], plainPaint).join('\n')).toMatch(
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
