import { connect } from 'laneway/client';
import { createHarness } from 'laneway/testing';
import { OrderPlaced } from '../src/messages.js';
import { pricing } from '../src/pricing/agent.js';
import { shipping } from '../src/shipping/agent.js';
import { topology } from '../src/topology.js';
import { deployLocally, laneway } from './local-engine.js';

const order = { order: 'A-1', pieces: 30 };

if (deployLocally()) {
  const shop = await connect(topology, { as: 'shop' });
  const { correlationId } = await shop.publish(OrderPlaced, order);
  // Ends when nothing of the conversation is in flight.
  for await (const entry of shop.conversation(correlationId)) void entry;
  console.log(laneway('trace', correlationId).stdout);
} else {
  const world = createHarness(topology, { agents: [pricing.with({}), shipping.with({})] });
  const { correlationId } = await world.publish(OrderPlaced, order);
  await world.settle();
  console.log(world.conversation(correlationId).sequence);
}
