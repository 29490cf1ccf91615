import { createHarness } from 'laneway/testing';
import { NoteTaken } from '../messages.js';
import { topology } from '../topology.js';
import { listener } from './agent.js';

test('the listener hears a note', async () => {
  const world = createHarness(topology, { agents: [listener.with({})] });
  const { correlationId } = await world.publish(NoteTaken, { text: 'hello' });
  await world.settle();
  expect(world.conversation(correlationId).account).toMatchObject({ expected: 1, completed: 1 });
});
