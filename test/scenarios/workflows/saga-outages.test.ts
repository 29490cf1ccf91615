import { createHarness, type OutagePort } from 'laneway/testing';
import { WorkflowCompensated } from '../../../shared/message/system-messages.js';
import { agency, bookTrip, travel, TripWanted } from '../../kit/applications/trip-topology.js';

const PORTS: readonly OutagePort[] = ['deliveries', 'pending', 'bus', 'intents'];

describe.each(['2 hours', '2 days'] as const)('a port that is away for %s while a saga is undone', (length) => {
  test.each(PORTS)('%s: every step is undone, once', async (port) => {
    const witness: string[] = [];
    const world = createHarness(travel, { agents: [agency(witness)], workflows: [bookTrip] });
    // The outage begins while the first undoing is on its way.
    world.faults.delay('1 minute', { type: 'Cancel', receiver: 'agency', probability: 1 });
    world.faults.outage({ port, from: '10 seconds', for: length });
    const { correlationId } = await world.publish(TripWanted, { trip: 't1', travellers: [] });
    await world.advance('4 days');
    expect(witness).toEqual(['book hotel', 'book flight', 'cancel flight', 'cancel hotel']);
    expect(world.conversation(correlationId).messages(WorkflowCompensated)).toMatchObject([
      { data: { undone: ['flight', 'hotel'], notUndone: [] } },
    ]);
  });
});
