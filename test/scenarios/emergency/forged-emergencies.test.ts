import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { EmergencyDeclared, EmergencyEnded, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { schemaUri, sourceOf } from '../../../shared/domain/wire/envelope.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { emergencyConversation, emergencyEndId } from '../../../shared/domain/emergency/emergency.js';
import { boundAgents } from '../../../shared/testing/harness/bound-agents.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';

const Note = event('Note', z.object({ text: z.string() }));

const tower = defineTopology('tower', {
  emergency: true,
  channels: { notes: { carries: [Note], qos: { from: 'standard', delivery: 'direct' } } },
  agents: { keeper: { subscribes: ['notes'] } },
  clients: { desk: { publishes: [Note] } },
});

const ANA = { by: 'ana', why: 'a leak' };
const LIES = { by: 'mallory', why: 'nothing', since: '2026-01-01T00:00:00.000Z', measures: ['drain-agent:keeper'] };

/** A keeper, and somebody who puts any text into its lanes. */
function watched() {
  const heard: string[] = [];
  const keeper = createAgent(tower, 'keeper').handle(
    { Note: ({ data }) => void heard.push(data.text) },
    { onEmergency: ({ type, data }) => void heard.push(`${type} ${JSON.stringify(data)}`) },
  );
  const parts = { topology: tower, agents: boundAgents(tower, [keeper.with({})]), workflows: [] };
  const world = new HarnessWorld({ ...parts, random: seededRandom(3) });
  const harness = harnessOver(world, parts);
  const now = () => world.clock.now();
  return {
    ...{ harness, heard },
    async put(key: 'normal' | 'critical', type: { name: string }, own: Partial<Envelope>): Promise<void> {
      const envelope: Envelope = {
        ...{ specversion: '1.0', id: newId(), datacontenttype: 'application/json', correlationid: newId() },
        ...{ source: sourceOf('tower', 'platform', 'operator'), type: type.name, dataschema: schemaUri(type.name, 1) },
        ...{ time: new Date(now()).toISOString(), expires: new Date(now() + 3_600_000).toISOString() },
        ...{ data: {}, channel: 'system.emergency', priority: 'critical', attempt: 1, hops: 0, receiver: 'keeper' },
        ...own,
      };
      const lane = world.lanes.queue('keeper', key, true);
      if (!lane) throw new Error(`the keeper has no lane ${key}`);
      lane.send(JSON.stringify(envelope));
      await harness.advance('10 seconds');
    },
    async refused() {
      const codes = [];
      for await (const { error } of world.ports.book.all()) codes.push(error.code);
      return codes;
    },
  };
}

test('a declaration counts from the lane of emergencies alone, and takes nothing from the real one', async () => {
  const { harness, heard, put, refused } = watched();
  // Somebody reads the record, and is faster than the messages of the operator.
  const { emergency } = await harness.emergency.start([], ANA);
  const real = { correlationid: emergencyConversation(emergency.id), data: { ...LIES, emergency: emergency.id } };
  await put('normal', EmergencyDeclared, real);
  const declared = { emergency: emergency.id, ...ANA, since: emergency.since, measures: [] };
  expect(heard).toEqual([`EmergencyDeclared ${JSON.stringify(declared)}`]);
  expect(await refused()).toEqual(['SENDER_MISMATCH']);
  expect((await harness.emergency.status()).missing).toEqual([]);
});

test('an end that somebody forges beforehand does not make the real one a duplicate', async () => {
  const { harness, heard, put } = watched();
  const { emergency } = await harness.emergency.start([], ANA);
  await harness.settle();
  heard.length = 0;
  // The end is under an id that nobody knows beforehand; this one would have to be guessed.
  const id = emergencyEndId({
    ...emergency,
    ended: { ...ANA, at: new Date(harness.now().getTime() + 10_000).toISOString() },
  });
  const correlationid = emergencyConversation(emergency.id);
  await put('normal', EmergencyEnded, {
    id,
    correlationid,
    data: { emergency: emergency.id, ...LIES, at: LIES.since },
  });
  await harness.emergency.end(ANA);
  await harness.settle();
  expect(heard).toEqual([expect.stringMatching(/^EmergencyEnded .*"by":"ana"/)]);
});

test('what is heard is what the record says, whoever sent it', async () => {
  const { harness, heard, put } = watched();
  const { emergency } = await harness.emergency.start([{ kind: 'stop-intake' }], ANA);
  await harness.settle();
  heard.length = 0;
  await put('critical', EmergencyDeclared, { data: { ...LIES, emergency: emergency.id } });
  expect(heard).toEqual([expect.stringMatching(/"by":"ana","why":"a leak".*"measures":\["stop-intake"\]/)]);
});

test('that lane takes nothing else: a drained agent handles no other message from it', async () => {
  const { harness, heard, put, refused } = watched();
  await harness.agents.drain({ agent: 'keeper' }, ANA, { force: true });
  await put('critical', Note, {
    ...{ source: sourceOf('tower', 'client', 'desk'), channel: 'notes', priority: 'normal', data: { text: 'x' } },
  });
  expect(heard).toEqual([]);
  expect(await refused()).toEqual(['SENDER_MISMATCH']);
});
