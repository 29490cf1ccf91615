import { jest } from '@jest/globals';
import * as z from 'zod';
import { createAgent } from '../../../../../../shared/agent/create-agent.js';
import { event } from '../../../../../../shared/message/message-type.js';
import { harnessOver } from '../../../../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../../../../shared/testing/memory/seeded-random.js';
import { defineTopology } from '../../../../../../shared/topology/define-topology.js';

const Noted = event('Noted', z.object({ n: z.number() }));
const notes = defineTopology('notes', {
  channels: { notes: { carries: [Noted] } },
  agents: { noter: { subscribes: ['notes'] }, other: { subscribes: ['notes'] } },
  clients: { desk: { publishes: [Noted] } },
});
const agents = (['noter', 'other'] as const).map((id) =>
  createAgent(notes, id)
    .handle({ Noted: () => undefined })
    .with({}),
);

function open() {
  const parts = { topology: notes, agents, workflows: [], random: seededRandom(1) };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  const read = jest.spyOn(world.intents, 'read');
  return { world, harness, read };
}

test('a message that has arrived is read once, however many conversations come to rest after it', async () => {
  const { harness, read } = open();
  for (let n = 0; n < 60; n++) {
    await harness.publish(Noted, { n });
    await harness.settle();
  }
  // One look at it under way at most, and one when it has arrived.
  expect(read.mock.calls.length).toBeLessThanOrEqual(2 * 60);
});

test('a message that somebody in quarantine has not got is looked at again when a quarantine begins or ends', async () => {
  const { world, harness, read } = open();
  const actor = { by: 'Ada', why: 'a test' };
  await harness.quarantine('noter', actor);
  const sent: string[] = [];
  for (let n = 0; n < 10; n++) {
    sent.push((await harness.publish(Noted, { n })).correlationId);
    await harness.settle();
  }
  expect(read.mock.calls.length).toBeLessThanOrEqual(2 * 10);
  world.faults.purge('noter');
  await harness.release('noter', actor);
  await harness.settle();
  // What was lost meanwhile is missing as soon as nobody is held, and time goes on until it has an end.
  const accounts = sent.map((id) => harness.conversation(id).account);
  expect(accounts.map(({ completed, deadLettered }) => [completed, deadLettered])).toEqual(sent.map(() => [1, 1]));
});
