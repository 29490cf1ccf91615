import { UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';
import { DynamoIntentStore } from '../../../../../shared/aws/dynamo/dynamo-intent-store.js';
import { queryDue } from '../../../../../shared/aws/dynamo/due-index.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { dueTable, attributeText } from '../../../../kit/stands/due-table.js';
import { envelopeAt } from '../../../../kit/stands/platform-world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const GRACE = 2 * MINUTE;

function intentAt(time: number, order: number) {
  return { envelope: envelopeAt(time, 'OrderPlaced', { order: String(order) }), expected: ['warehouse'] };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('intents of one moment are spread over keys, and come back oldest first, each once', async () => {
  const { client, written } = dueTable();
  const store = new DynamoIntentStore(client, 'ledger', new MemoryPayloads(), new UnreadableRows());
  const now = Date.now();
  const dues = Array.from({ length: 300 }, (_, index) => now + ((index * 7_919) % 300) * 10);
  for (const [index, due] of dues.entries()) await store.record([intentAt(now, index)], due);
  const keys = new Set(written.map((item) => attributeText(item, 'dueHour')));
  expect(keys.size).toBeGreaterThan(60);
  expect([...keys].every((key) => /^\d{4}-\d\d-\d\d#\d\d$/.test(key))).toBe(true);
  const found = (await all(store.due(now - 1, now + MINUTE))).map(({ due }) => due);
  expect(found).toEqual([...dues].sort((one, two) => one - two));
});

test('what an earlier version wrote under the hour alone is found among the others', async () => {
  const { client, items } = dueTable();
  const hour = Math.floor(Date.now() / HOUR) * HOUR;
  const now = hour - MINUTE;
  const keyOf = (time: number, length: number) => new Date(time).toISOString().slice(0, length);
  const at = (time: number, id: string, key: string) => {
    const dueAt = `${new Date(time).toISOString()}#${id}`;
    items.set(id, { pk: { S: id }, sk: { S: id }, dueHour: { S: key }, dueAt: { S: dueAt } });
  };
  at(now, 'old', keyOf(now, 13));
  at(now + 1, 'new', `${keyOf(now, 10)}#07`);
  at(now + 2 * MINUTE, 'older key, later', keyOf(hour, 13));
  at(now + 2 * MINUTE + 1, 'next', `${keyOf(hour, 10)}#63`);
  const found = await all(queryDue(client, 'ledger', now - 1, now + 5 * MINUTE));
  expect(found.map((item) => item['pk'])).toEqual(['old', 'new', 'older key, later', 'next']);
  const after = await all(queryDue(client, 'ledger', now, now + 2 * MINUTE));
  expect(after.map((item) => item['pk'])).toEqual(['new', 'older key, later']);
});

test.each([
  ['10 minutes slow', 10 * MINUTE],
  ['3 hours slow', 180 * MINUTE],
  ['3 hours fast', -180 * MINUTE],
])('the intents of a client whose clock is %s are due by the clock of the table', async (_name, ahead) => {
  const { client, items, written } = dueTable(() => Date.now() + ahead);
  const store = new DynamoIntentStore(client, 'ledger', new MemoryPayloads(), new UnreadableRows());
  const first = intentAt(Date.now(), 1);
  await store.record([first], Date.now() + GRACE);
  const serverNow = Date.now() + ahead;
  const dueOf = (id: string) => {
    const item = [...items.values()].find((one) => attributeText(one, 'envelope').includes(id));
    return Date.parse(attributeText(item ?? {}, 'dueAt').split('#')[0] ?? '');
  };
  expect(Math.abs(dueOf(first.envelope.id) - serverNow - GRACE)).toBeLessThan(30_000);
  expect(items.size).toBe(1);
  expect(written).toHaveLength(2);
  // From then on the clock is known: one write each.
  const second = intentAt(Date.now(), 2);
  await store.record([second], Date.now() + GRACE);
  expect(written).toHaveLength(3);
  expect(Math.abs(dueOf(second.envelope.id) - serverNow - GRACE)).toBeLessThan(30_000);
});
