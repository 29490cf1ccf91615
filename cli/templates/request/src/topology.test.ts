import { createHarness } from 'laneway/testing';
import { greeter } from './greeter/agent.js';
import { Greet } from './messages.js';
import { topology } from './topology.js';

test('the desk asks and the greeter replies', async () => {
  const world = createHarness(topology, { agents: [greeter.with({})] });
  const reply = await world.request(Greet, { name: 'Ada' }, { timeout: '1 minute' });
  expect(reply.text).toContain('Ada');
});

test('a request that does not fit is refused before it is sent', async () => {
  const world = createHarness(topology, { agents: [greeter.with({})] });
  await expect(world.request(Greet, { name: '' }, { timeout: '1 minute' })).rejects.toThrow('name');
});
