import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { publishMessage } from '../../../../shared/publishing/publish-message.js';
import { OrderPlaced, shop } from '../../../kit/applications/fixture-topology.js';
import { platformWorld } from '../../../kit/stands/platform-world.js';

const Noted = event('Noted', z.object({ text: z.string() }));
const notes = defineTopology('notes', {
  channels: { notes: { carries: [Noted] } },
  agents: { reader: { subscribes: ['notes'] } },
  clients: { writer: { publishes: [Noted] } },
});

function world() {
  const seen: string[] = [];
  const reader = createAgent(notes, 'reader').handle({ Noted: ({ data }) => void seen.push(data.text) });
  return { seen, harness: createHarness(notes, { agents: [reader.with({})] }) };
}

describe.each([
  ['short', 10],
  ['kept apart from the intent', 40_000],
  ['by reference', 250_000],
])('one id with two bodies, payloads %s', (_name, length) => {
  const [first, second] = ['a'.repeat(length), 'b'.repeat(length)];

  test.each([
    ['after the first was handled', true],
    ['before', false],
  ])(
    'the second is refused, and the first is handled and stands in the ledger: published %s',
    async (_when, settle) => {
      const { seen, harness } = world();
      const { correlationId } = await harness.publish(Noted, { text: first }, { id: 'note-1', correlationId: 'c' });
      if (settle) await harness.settle();
      await expect(
        harness.publish(Noted, { text: second }, { id: 'note-1', correlationId: 'c' }),
      ).rejects.toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining("id 'note-1'") as string });
      await harness.settle();
      expect(seen).toEqual([first]);
      const messages = harness.conversation(correlationId).entries.filter(({ kind }) => kind === 'message');
      expect(messages).toHaveLength(1);
      expect(JSON.stringify(messages)).not.toContain('bbb');
    },
  );

  test('the same again is the same message, handled once, also without a conversation', async () => {
    const { seen, harness } = world();
    const receipts = [];
    for (let times = 0; times < 3; times++)
      receipts.push(await harness.publish(Noted, { text: first }, { id: 'note-1' }));
    await harness.settle();
    expect(seen).toEqual([first]);
    expect(new Set(receipts.map(({ correlationId }) => correlationId)).size).toBe(1);
  });
});

test('a repetition of the platform that words a message anew sends the first once more', async () => {
  const { publishingAs, bus } = platformWorld(shop);
  const publishing = publishingAs('platform', 'starter');
  for (const order of ['first', 'second'])
    await publishMessage(publishing, OrderPlaced, { order }, { id: 'same', correlationId: 'c' });
  expect(bus.published.map(({ id, data }) => [id, data])).toEqual([
    ['same', { order: 'first' }],
    ['same', { order: 'first' }],
  ]);
});

test('another subject, receiver or type under one id is another body', async () => {
  const { harness } = world();
  await harness.publish(Noted, { text: 'a' }, { id: 'n', correlationId: 'c', subject: 's' });
  await expect(harness.publish(Noted, { text: 'a' }, { id: 'n', correlationId: 'c' })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});
