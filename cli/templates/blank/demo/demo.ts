import { connect } from 'laneway/client';
import { createHarness } from 'laneway/testing';
import { listener } from '../src/listener/agent.js';
import { NoteTaken } from '../src/messages.js';
import { topology } from '../src/topology.js';
import { deployLocally, laneway } from './local-engine.js';

const note = { text: 'hello' };

if (deployLocally()) {
  const desk = await connect(topology, { as: 'desk' });
  const { correlationId } = await desk.publish(NoteTaken, note);
  // Ends when nothing of the conversation is in flight.
  for await (const entry of desk.conversation(correlationId)) void entry;
  console.log(laneway('trace', correlationId).stdout);
} else {
  const world = createHarness(topology, { agents: [listener.with({})] });
  const { correlationId } = await world.publish(NoteTaken, note);
  await world.settle();
  console.log(world.conversation(correlationId).sequence);
}
