import { createHarness } from 'laneway/testing';
import { OrderPlaced, OrderShipped } from './messages.js';
import { pricing } from './pricing/agent.js';
import { shipping } from './shipping/agent.js';
import { topology } from './topology.js';

test('an order that is placed is shipped', async () => {
  const world = createHarness(topology, { agents: [pricing.with({}), shipping.with({})] });
  const { correlationId } = await world.publish(OrderPlaced, { order: 'A-1', pieces: 30 });
  await world.settle();
  const shipped = world.conversation(correlationId).messages(OrderShipped);
  expect(shipped).toMatchObject([{ data: { order: 'A-1', parcels: 3 } }]);
});
