import { createAgent, PermanentError } from 'laneway/agent';
import { startInProcess } from 'laneway/in-process';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import * as z from 'zod';
import { forgetConversation } from '../../../../shared/in-process/forget-conversation.js';
import { harnessOver } from '../../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../../shared/testing/memory/seeded-random.js';
import { barrier, keepingLog } from '../../../kit/stands/barrier.js';

const Asked = event('Asked', z.object({ text: z.string() }));
const Looked = event('Looked', z.object({ text: z.string() }));
const Look = command('Look', z.object({ text: z.string() }), { reply: Looked });
const Undo = command('Undo', z.object({ text: z.string() }), { reply: Looked });

const desk = defineTopology('fixture-desk', {
  channels: {
    asked: { carries: [Asked] },
    look: { carries: [Look, Undo], qos: { tries: 1 } },
    looked: { carries: [Looked] },
  },
  agents: { reader: { subscribes: ['look'] } },
  clients: { person: { publishes: [Asked, Look] } },
});

const answering = defineWorkflow(desk, 'answering', { startedBy: Asked }, (flow, { text }) => {
  const looked = flow.request(
    'look',
    Look,
    { text },
    { timeout: '1 minute', compensate: { with: Undo, data: ({ text: of }) => ({ text: of }) } },
  );
  flow.wait('pause', '10 seconds');
  const { decision } = flow.approval('consent', {
    title: 'Tell?',
    details: { text: looked.text },
    approvers: 'leads',
    timeout: '1 hour',
  });
  flow.match(decision, {
    approved: () => flow.complete('told'),
    rejected: () => flow.fail('Rejected', 'not to be told'),
    silent: () => flow.fail('Silent', 'nobody decided'),
  });
});

const LARGE = 'x'.repeat(300_000);

const reader = createAgent(desk, 'reader').handle({
  Look: async ({ data: { text } }, { replyLater, replyTo }) => {
    if (text === 'bad') throw new PermanentError('not to be read');
    if (text === 'later') return replyLater({ key: 'later', within: '1 minute' });
    if (text === 'now') await replyTo(Look, 'later', { text });
    return { text: text === 'large' ? LARGE : text };
  },
  Undo: ({ data }) => data,
});

test('a conversation is forgotten with all that was kept of it, and only when nothing more happens in it', async () => {
  const parts = { topology: desk, agents: [reader.with({})], workflows: [answering], random: seededRandom(1) };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  const person = { by: 'ann', why: 'so it is' };
  const { correlationId: asked } = await harness.publish(Asked, { text: 'small' });
  const held = (): boolean => !forgetConversation(world, asked);
  // Published, and nobody has taken it: the workflow is not among its receivers.
  expect(held()).toBe(true);
  await harness.advance('5 seconds');
  expect(held()).toBe(true);
  await harness.advance('1 minute');
  const [open] = await harness.approvals();
  expect(held()).toBe(true);
  await harness.decide(open?.requestId ?? '', 'rejected', person);
  expect(held()).toBe(true);
  await harness.settle();
  expect(harness.conversation(asked).endings).toMatchObject([{ status: 'failed' }]);

  // A dead letter, and a request whose payloads go by reference.
  await expect(harness.request(Look, { text: 'bad' }, { timeout: '1 minute' })).rejects.toThrow('not to be read');
  expect(await harness.request(Look, { text: 'large' }, { timeout: '1 minute' })).toEqual({ text: LARGE });
  await harness.request(Look, { text: LARGE }, { timeout: '1 minute' });
  // A reply that is put off: the command is completed, and who asked still waits.
  const { correlationId: late } = await harness.publish(Look, { text: 'later' }, { deadline: '1 minute' });
  await harness.advance('5 seconds');
  expect(harness.conversation(late).account.atRest).toBe(true);
  expect(forgetConversation(world, late)).toBe(false);
  await harness.publish(Look, { text: 'now' });
  await harness.settle();
  expect(world.payloads.texts.size).toBeGreaterThan(0);
  expect(harness.conversations()).toHaveLength(6);

  for (const id of harness.conversations()) expect(forgetConversation(world, id)).toBe(true);
  expect(harness.conversations()).toEqual([]);
  expect(await harness.executions()).toEqual([]);
  expect([...world.payloads.texts.keys()]).toEqual([]);
  expect(await world.deferredReplies.get('reader', 'Look', 'later')).toBeUndefined();
  const left = [];
  for await (const intent of world.intents.due(-Infinity, Infinity)) left.push(intent);
  expect(left).toEqual([]);
  expect(await world.pending.get(open?.requestId ?? '')).toBeUndefined();
  expect(await world.sagas.get((open as { execution?: string } | undefined)?.execution ?? '')).toBeUndefined();
});

test('an application keeps the latest conversations, and one that goes on as long as it does', async () => {
  const held = barrier();
  const patient = createAgent(desk, 'reader').handle({
    Look: async ({ data }) => {
      if (data.text === 'held') await held.passed;
      return data;
    },
    Undo: ({ data }) => data,
  });
  const app = await startInProcess(desk, { agents: [patient], keepConversations: 100, log: keepingLog() });
  try {
    const first = app.request(Look, { text: 'held' }, { timeout: '1 minute' });
    for (let asked = 0; asked < 500; asked += 1) await app.request(Look, { text: `${asked}` }, { timeout: '1 minute' });
    const ids = app.conversations();
    expect(ids.length).toBeLessThanOrEqual(100 + 64 + 1);
    const texts = ids.map((id) => (app.conversation(id).messages(Look)[0]?.data as { text: string }).text);
    expect(texts).toEqual(expect.arrayContaining(['held', '499', '450']));
    held.open();
    expect(await first).toEqual({ text: 'held' });
    await expect(startInProcess(desk, { agents: [], keepConversations: 0 })).rejects.toThrow('keepConversations is 0');
  } finally {
    await app.stop();
  }
});
