import type { ArchiveLine, ArchiveReader } from '../../../../shared/domain/evidence/archive.js';
import { account } from '../../../../shared/domain/evidence/conversation.js';
import { EXPIRY_GRACE_MS } from '../../../../shared/domain/delivery/expiry-grace.js';
import type { CursorStore } from '../../../../shared/domain/base/cursor-store.js';
import { sweepDeep } from '../../../../shared/platform/supervision/sweep-deep.js';
import { OrderPlaced } from '../../../kit/applications/fixture-topology.js';
import { replayStand } from '../../../kit/stands/replay-stand.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A shop with what the deep sweep works with. The archive is the ledger as it stands, a line for each entry. */
function stand() {
  const shop = replayStand();
  const { world, clock, ledger, operator } = shop;
  const cursor = { value: undefined as number | undefined, reads: [] as string[] };
  const cursors: CursorStore = {
    get: () => Promise.resolve(cursor.value),
    put: async (_name, value) => {
      cursor.value = value;
      return Promise.resolve();
    },
  };
  const lines = async (): Promise<ArchiveLine[]> => {
    const found: ArchiveLine[] = [];
    for (const conversation of ledger.conversationIds()) {
      for (const entry of await ledger.conversation(conversation)) {
        const chain = { chain: 'c', number: found.length + 1, digest: '' };
        found.push({ sequence: String(found.length), change: 'INSERT', at: entry.at, conversation, entry, ...chain });
      }
    }
    return found;
  };
  const archive: ArchiveReader = {
    days: async () => [...new Set((await lines()).map(({ at }) => at.slice(0, 10)))].sort(),
    async *lines(day, kind) {
      cursor.reads.push(day);
      for (const line of await lines()) if (line.at.startsWith(day) && line.entry.kind === kind) yield line;
    },
  };
  const publishing = {
    ...{ topology: operator.topology, kind: 'platform' as const, name: 'sweeper', clock },
    ...{ intents: operator.intents, payloads: operator.payloads, senders: operator.senders },
  };
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const services = {
    ...{ ...world.ports, ...operator, ledger, publishing, log, starts: {}, archive, cursors, conversations: ledger },
    count: () => undefined,
  };
  const sweep = (stopAt = Number.POSITIVE_INFINITY) => sweepDeep(services, stopAt);
  return { ...shop, services, cursor, sweep };
}

test('an emission that nobody took is settled once it has expired, with its dead letter, once', async () => {
  const { world, publish, settle, ledger, clock, sweep } = stand();
  world.faults.drop({ type: 'ReserveStock', receiver: 'warehouse' });
  await publish(OrderPlaced, 'o1');
  await settle();
  const missing = account(await ledger.conversation('c-o1')).missing;
  expect(missing).toMatchObject([{ type: 'ReserveStock', receiver: 'warehouse' }]);
  expect(await sweep()).toMatchObject({ looked: 0, undeliverable: 0 });
  clock.advance(HOUR + EXPIRY_GRACE_MS);
  expect(await sweep()).toMatchObject({ looked: 1, undeliverable: 1, failed: 0, complete: true });
  const entries = await ledger.conversation('c-o1');
  expect(account(entries)).toMatchObject({ missing: [{ type: 'RequestFailed' }], deadLettered: 1, withoutLetter: [] });
  expect(entries.filter(({ kind }) => kind === 'dead-letter')).toMatchObject([
    { deadLetter: { reason: 'undeliverable', receiver: 'warehouse', messageId: missing[0]?.messageId } },
  ]);
  // Its request ends: whoever asked need not wait for the timer.
  expect(world.bus.published.filter(({ type }) => type === 'RequestFailed')).toHaveLength(1);
  const letters = entries.length;
  await sweep();
  expect(await ledger.conversation('c-o1')).toHaveLength(letters);
});

test('what was handled costs no look into the table, and a day whose emissions have all expired is not read again', async () => {
  const { publish, settle, clock, cursor, sweep } = stand();
  await publish(OrderPlaced, 'o1');
  await settle();
  clock.advance(DAY / 2);
  expect(await sweep()).toMatchObject({ days: 1, looked: 0, undeliverable: 0 });
  expect(cursor.value).toBeUndefined();
  clock.advance(3 * DAY);
  expect(await sweep()).toMatchObject({ days: 1 });
  expect(cursor.value).toBe(Date.parse('2026-01-02T00:00:00Z'));
  expect(await sweep()).toMatchObject({ days: 0, complete: true });
  expect(cursor.reads).toHaveLength(2);
});

test('what cannot be settled is counted and found again; time that is up ends the run before the day is done', async () => {
  const { world, publish, settle, clock, cursor, services, sweep } = stand();
  world.faults.drop({ type: 'ReserveStock', receiver: 'warehouse' });
  await publish(OrderPlaced, 'o1');
  await settle();
  clock.advance(4 * DAY);
  expect(await sweep(clock.now())).toMatchObject({ days: 0, complete: false });
  const broken = { ...services, conversations: { conversation: () => Promise.reject(new Error('throttled')) } };
  expect(await sweepDeep(broken, Number.POSITIVE_INFINITY)).toMatchObject({ failed: 1, undeliverable: 0 });
  expect(cursor.value).toBeUndefined();
  expect(await sweep()).toMatchObject({ failed: 0, undeliverable: 1 });
  expect(cursor.value).toBeDefined();
});

test('a day with a failure is read again, also when the days after it went well', async () => {
  const { world, publish, settle, clock, cursor, services, sweep } = stand();
  world.faults.drop({ type: 'ReserveStock', receiver: 'warehouse' });
  await publish(OrderPlaced, 'o1');
  await settle();
  clock.advance(DAY);
  await publish(OrderPlaced, 'o2');
  await settle();
  clock.advance(4 * DAY);
  const { conversations } = services;
  const conversation = (id: string) =>
    id === 'c-o1' ? Promise.reject(new Error('throttled')) : conversations.conversation(id);
  const broken = { ...services, conversations: { conversation } };
  expect(await sweepDeep(broken, Number.POSITIVE_INFINITY)).toMatchObject({ failed: 1 });
  expect(cursor.value).toBeUndefined();
  expect(await sweep()).toMatchObject({ failed: 0, undeliverable: 1 });
  expect(cursor.value).toBe(Date.parse('2026-01-03T00:00:00Z'));
});
