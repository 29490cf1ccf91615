import { createHarness } from 'laneway/testing';
import { defineWorkflow } from 'laneway/workflow';
import { guarded, ItemSeen, SortItem } from '../../kit/applications/guard-topology.js';

const look = defineWorkflow(guarded, 'look', { startedBy: ItemSeen }, (flow, seen) => {
  flow.request('sort', SortItem, { item: seen.item }, { timeout: '1 minute' });
  flow.complete('sorted');
});

test('a start message that comes too late is told of once, where its channel says so, and starts nothing', async () => {
  const world = createHarness(guarded, { agents: [], workflows: [look] });
  world.faults.delay('90 seconds', { receiver: 'starts' });
  world.faults.duplicate({ receiver: 'starts' });
  const { correlationId } = await world.publish(ItemSeen, { item: 'crate' });
  await world.advance('2 minutes');
  expect(await world.executions()).toEqual([]);
  const told = world
    .conversation(correlationId)
    .entries.flatMap((entry) =>
      entry.kind === 'message' && entry.intent.envelope.type === 'MessageExpired' ? [entry.intent.envelope] : [],
    );
  expect(told).toMatchObject([
    { data: { type: 'ItemSeen', channel: 'sightings', receiver: 'workflow:look', ageSeconds: 90 } },
  ]);
  const sent = world.published.filter(({ type }) => type === 'MessageExpired');
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
});
