import { connect } from 'laneway/client';
import { createHarness } from 'laneway/testing';
import { greeter } from '../src/greeter/agent.js';
import { Greet } from '../src/messages.js';
import { topology } from '../src/topology.js';
import { deployLocally } from './local-engine.js';

const question = { name: 'Ada' };

if (deployLocally()) {
  const desk = await connect(topology, { as: 'desk' });
  const { text } = await desk.request(Greet, question, { timeout: '1 minute' });
  console.log(`the greeter replied on the engine: ${text}`);
} else {
  const world = createHarness(topology, { agents: [greeter.with({})] });
  const { text } = await world.request(Greet, question, { timeout: '1 minute' });
  console.log(`the greeter replied in process: ${text}`);
}
