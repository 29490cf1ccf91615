import { defineWorkflow } from 'laneway/workflow';
import { machineMermaid, machineText } from '../../../../cli/render/machine.js';
import { Book, bookGroup, travel, TripWanted } from '../../../kit/applications/trip-topology.js';

const within = { timeout: '1 minute' } as const;

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
