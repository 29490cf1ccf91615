import { comesAfter, type ArchiveLine, type ArchiveReader } from '../../../../../shared/domain/evidence/archive.js';
import type { LedgerEntry } from '../../../../../shared/domain/evidence/conversation.js';
import { messageKey, rebuildMessages } from '../../../../../shared/domain/evidence/rebuild-messages.js';
import { deliveryKeyOf, factsOf, type DeliveryRecord } from '../../../../../shared/domain/delivery/delivery.js';
import { account } from '../../../../../shared/domain/evidence/conversation.js';
import { EXPIRY_GRACE_MS } from '../../../../../shared/domain/delivery/expiry-grace.js';
import { MemoryCursors } from '../../../../../shared/testing/memory/memory-cursors.js';
import { deepLag, goOnDeep, sweepDeep } from '../../../../../shared/platform/supervision/sweep-deep.js';
import { OrderPlaced } from '../../../../kit/applications/fixture-topology.js';
import { ledgerArchive } from '../../../../kit/stands/ledger-archive.js';
import { replayStand } from '../../../../kit/stands/replay-stand.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A shop with what the deep sweep works with. The archive is the ledger as it stands, a line for each entry. */
function stand() {
  const shop = replayStand();
  const { world, clock, ledger, operator } = shop;
  const cursors = new MemoryCursors();
  const cursor = {
    get value() {
      return cursors.values.get('deep');
    },
    reads: [] as string[],
  };
  const archive = ledgerArchive(ledger, (day) => cursor.reads.push(day));
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
  /** The sweeper sends what the deep sweep has noted, and time goes by in which it could come. */
  const sendAgain = async (): Promise<void> => {
    clock.advance(5 * 60_000);
    await world.sweep();
    await shop.settle();
    clock.advance(EXPIRY_GRACE_MS);
  };
  /** Every copy of the command is lost on its way. */
  const loseCommands = (): void => world.faults.drop({ type: 'ReserveStock', receiver: 'warehouse', times: Infinity });
  return { ...shop, services, cursor, cursors, sweep, sendAgain, loseCommands };
}

test('an emission that nobody took is settled once it was sent again and has expired, with its dead letter, once', async () => {
  const { world, publish, settle, ledger, clock, sweep, sendAgain, loseCommands } = stand();
  loseCommands();
  await publish(OrderPlaced, 'o1');
  await settle();
  const missing = account(await ledger.conversation('c-o1')).missing;
  expect(missing).toMatchObject([{ type: 'ReserveStock', receiver: 'warehouse' }]);
  expect(await sweep()).toMatchObject({ looked: 0, undeliverable: 0 });
  clock.advance(HOUR + EXPIRY_GRACE_MS);
  expect(await sweep()).toMatchObject({ looked: 1, resent: 1, undeliverable: 0, failed: 0, complete: true });
  // Another run finds the note, and leaves it to the sweeper.
  expect(await sweep()).toMatchObject({ looked: 1, resent: 0, undeliverable: 0 });
  await sendAgain();
  expect(await sweep()).toMatchObject({ looked: 1, resent: 0, undeliverable: 1, failed: 0, complete: true });
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

test.each(['warehouse', 'clerk'])(
  'what waits for or comes of an agent in quarantine is left as it is: %s',
  async (name) => {
    const { world, publish, settle, clock, services, sweep, loseCommands } = stand();
    loseCommands();
    await publish(OrderPlaced, 'o1');
    await settle();
    const party = { kind: 'agent', name } as const;
    await services.quarantines.begin({
      ...party,
      by: 'ana',
      why: 'it lied',
      since: new Date(clock.now()).toISOString(),
    });
    clock.advance(2 * DAY);
    expect(await sweep()).toMatchObject({ looked: 1, resent: 0, undeliverable: 0, failed: 0, complete: true });
    await services.quarantines.end(party, new Date(clock.now()).toISOString());
    clock.advance(5 * DAY);
    expect(await sweep()).toMatchObject({ looked: 1, resent: 1 });
    expect(world.bus.published.filter(({ type }) => type === 'RequestFailed')).toEqual([]);
  },
);

test('what was handled costs no look into the table, and a day whose emissions have all expired is not read again', async () => {
  const { publish, settle, clock, cursor, sweep } = stand();
  await publish(OrderPlaced, 'o1');
  await settle();
  clock.advance(DAY / 2);
  expect(await sweep()).toMatchObject({ days: 1, looked: 0, undeliverable: 0 });
  expect(cursor.value).toBeUndefined();
  clock.advance(6 * DAY);
  expect(await sweep()).toMatchObject({ days: 1 });
  expect(cursor.value).toBe(Date.parse('2026-01-02T00:00:00Z'));
  expect(await sweep()).toMatchObject({ days: 0, complete: true });
  expect(cursor.reads).toHaveLength(2);
});

test('what cannot be settled is counted and found again', async () => {
  const { publish, settle, clock, cursor, services, sweep, sendAgain, loseCommands } = stand();
  loseCommands();
  await publish(OrderPlaced, 'o1');
  await settle();
  clock.advance(6 * DAY);
  const broken = { ...services, conversations: { conversation: () => Promise.reject(new Error('throttled')) } };
  expect(await sweepDeep(broken, Number.POSITIVE_INFINITY)).toMatchObject({ failed: 1, undeliverable: 0 });
  expect(cursor.value).toBeUndefined();
  expect(await sweep()).toMatchObject({ failed: 0, resent: 1 });
  expect(cursor.value).toBeUndefined();
  await sendAgain();
  expect(await sweep()).toMatchObject({ failed: 0, undeliverable: 1 });
  expect(cursor.value).toBeDefined();
});

test('a day with a failure is read again, also when the days after it went well', async () => {
  const { publish, settle, clock, cursor, services, sweep, sendAgain, loseCommands } = stand();
  loseCommands();
  await publish(OrderPlaced, 'o1');
  await settle();
  clock.advance(DAY);
  await publish(OrderPlaced, 'o2');
  await settle();
  clock.advance(6 * DAY);
  const { conversations } = services;
  const conversation = (id: string) =>
    id === 'c-o1' ? Promise.reject(new Error('throttled')) : conversations.conversation(id);
  const broken = { ...services, conversations: { conversation } };
  expect(await sweepDeep(broken, Number.POSITIVE_INFINITY)).toMatchObject({ failed: 1, resent: 1 });
  await sendAgain();
  expect(await sweepDeep(broken, Number.POSITIVE_INFINITY)).toMatchObject({ failed: 1, undeliverable: 1 });
  expect(cursor.value).toBeUndefined();
  // What was settled is settled again: that changes nothing, and tells.
  expect(await sweep()).toMatchObject({ failed: 0, resent: 1, undeliverable: 1 });
  await sendAgain();
  expect(await sweep()).toMatchObject({ failed: 0, undeliverable: 2 });
  expect(cursor.value).toBe(Date.parse('2026-01-03T00:00:00Z'));
});

/** Lines of deliveries in two chains; one of the second chain has emitted what nobody took. Reading a line takes a second. */
function longDay({ clock, world, services, cursors }: ReturnType<typeof stand>, lost: ArchiveLine) {
  const line = (chain: string, number: number): ArchiveLine => ({
    ...{ ...lost, chain, number },
    entry: {
      ...lost.entry,
      delivery: { ...deliveryOf(lost), messageId: `${chain}-${number}`, emissions: [] },
    } as LedgerEntry,
  });
  const read: string[] = [];
  const archive: ArchiveReader = {
    days: () => Promise.resolve(['2026-01-01']),
    async *lines(_day, _kind, after) {
      const all = ['a', 'b'].flatMap((chain) => Array.from({ length: 3_000 }, (_, at) => line(chain, at + 1)));
      all[4_500] = { ...lost, chain: 'b', number: 1_501 };
      for (const one of all) {
        if (after !== undefined && !comesAfter(one, after)) continue;
        clock.advance(1_000);
        read.push(`${one.chain} ${one.number}`);
        yield await Promise.resolve(one);
      }
    },
  };
  return { read, cursors, world, services: { ...services, archive } };
}

function deliveryOf({ entry }: ArchiveLine): DeliveryRecord {
  if (entry.kind !== 'delivery') throw new Error(`a delivery is expected, not a ${entry.kind}`);
  return entry.delivery;
}

async function standWithLoss() {
  const shop = stand();
  shop.loseCommands();
  await shop.publish(OrderPlaced, 'o1');
  await shop.settle();
  shop.clock.advance(HOUR);
  expect(await shop.sweep()).toMatchObject({ resent: 1 });
  await shop.sendAgain();
  let lost: ArchiveLine | undefined;
  for (const day of await shop.services.archive.days())
    for await (const line of shop.services.archive.lines(day, 'delivery'))
      if (deliveryOf(line).emissions.some(({ type }) => type === 'ReserveStock')) lost = line;
  if (!lost) throw new Error('nobody emitted a ReserveStock');
  shop.clock.advance(6 * DAY);
  return { ...shop, ...longDay(shop, lost) };
}

test('time that is up ends the run within a day, and the next one goes on from there', async () => {
  const { clock, services, read, cursors } = await standWithLoss();
  const first = await sweepDeep(services, clock.now() + 60_000);
  expect(first).toMatchObject({ complete: false, undeliverable: 0 });
  // The run ends with the slice that was begun, of 2,000 lines.
  expect(read).toHaveLength(2_001);
  const second = await goOnDeep(services, clock.now() + 60_000);
  expect(second).toMatchObject({ complete: false, undeliverable: 0 });
  expect(read.slice(2_001, 2_003)).toEqual(['a 2001', 'a 2002']);
  expect(await goOnDeep(services, Number.POSITIVE_INFINITY)).toMatchObject({ complete: true, undeliverable: 1 });
  expect(read).toHaveLength(6_002);
  expect(cursors.values.get('deep')).toBe(Date.parse('2026-01-02T00:00:00Z'));
  expect(await goOnDeep(services, Number.POSITIVE_INFINITY)).toBeUndefined();
});

test('a failure in a part of a day keeps the day to be read again, also when another run ends it', async () => {
  const { clock, services, cursors } = await standWithLoss();
  const broken = { ...services, conversations: { conversation: () => Promise.reject(new Error('throttled')) } };
  for (let run = 0; run < 2; run++) await sweepDeep(services, clock.now() + 60_000);
  expect(await sweepDeep(broken, clock.now() + 60_000)).toMatchObject({ failed: 1, complete: false });
  expect(await goOnDeep(services, Number.POSITIVE_INFINITY)).toMatchObject({ failed: 0, complete: true });
  expect(cursors.values.get('deep')).toBeUndefined();
  expect(await sweepDeep(services, Number.POSITIVE_INFINITY)).toMatchObject({ undeliverable: 1 });
});

test('the lag is the age of a pass that was interrupted, over all its runs, and nothing once it has ended', async () => {
  const { clock, services } = await standWithLoss();
  expect(await deepLag(services)).toBe(0);
  for (let day = 0; day < 3; day++) {
    await sweepDeep(services, clock.now() + 60_000);
    const gone = await deepLag(services);
    expect(gone).toBeGreaterThanOrEqual(day * DAY);
    expect(gone).toBeLessThan((day + 1) * DAY);
    clock.advance(DAY);
  }
  await sweepDeep(services, Number.POSITIVE_INFINITY);
  expect(await deepLag(services)).toBe(0);
});

test('an emission whose delivery was begun, and whose copy is lost, is ended when none can come any more', async () => {
  const { world, publish, settle, clock, ledger, sweep } = stand();
  world.faults.drop({ type: 'ReserveStock', receiver: 'warehouse' });
  await publish(OrderPlaced, 'o1');
  await settle();
  const { missing } = account(await ledger.conversation('c-o1'));
  const lost = missing.find(({ type }) => type === 'ReserveStock');
  const sent = lost && rebuildMessages(await ledger.conversation('c-o1'), 'shop').get(messageKey(lost));
  if (!sent) throw new Error('the command is not in the ledger');
  const key = deliveryKeyOf(sent.envelope, 'warehouse');
  const { deliveries } = world.ports;
  const now = clock.now();
  await deliveries.lease(key, factsOf(sent.envelope), { owner: 'a', now, until: now + 60_000, alone: true });
  clock.advanceTo(Date.parse(sent.envelope.expires) + EXPIRY_GRACE_MS);
  expect(await sweep()).toMatchObject({ looked: 1, undeliverable: 0 });
  clock.advance(DAY);
  expect(await sweep()).toMatchObject({ undeliverable: 1 });
  expect(await deliveries.get(key)).toMatchObject({ state: 'dead-lettered', tries: 1 });
});

describe('a process dies after its outcome and before it sends, and its copy is lost as well', () => {
  async function standWithDeath() {
    const shop = stand();
    shop.world.faults.crash('clerk', 'after-outcome');
    await shop.publish(OrderPlaced, 'o1');
    await Promise.all(shop.world.consumers.map(({ run }) => run()));
    await shop.world.sweep();
    expect(shop.world.faults.purge('clerk')).toBe(1);
    expect(shop.world.bus.published.map(({ type }) => type)).not.toContain('ReserveStock');
    return shop;
  }

  test.each([
    ['while one of its messages lives', HOUR, { ReserveStock: 'EXPIRED', ScanShelf: 'completed' }],
    ['after both have expired', 2 * DAY, { ReserveStock: 'EXPIRED', ScanShelf: 'EXPIRED' }],
  ] as const)('what it stored is sent %s, under its ids, and nothing is undeliverable', async (_when, age, states) => {
    const { clock, sweep, sendAgain, ledger, world } = await standWithDeath();
    const missing = account(await ledger.conversation('c-o1')).missing.map(({ messageId }) => messageId);
    expect(missing).toHaveLength(2);
    clock.advance(5 * 60_000);
    expect(await sweep()).toMatchObject({ looked: 0, resent: 0, undeliverable: 0 });
    clock.advance(age);
    expect(await sweep()).toMatchObject({ looked: 2, undeliverable: 0, failed: 0 });
    await sendAgain();
    const entries = await ledger.conversation('c-o1');
    expect(account(entries)).toMatchObject({ missing: [], inFlight: [] });
    const ended = entries.flatMap((entry) => (entry.kind === 'delivery' ? [entry.delivery] : []));
    const sent = ended.filter(({ messageId }) => missing.includes(messageId));
    expect(Object.fromEntries(sent.map(({ facts, state, error }) => [facts.type, error?.code ?? state]))).toEqual(
      states,
    );
    expect(await sweep()).toMatchObject({ resent: 0, undeliverable: 0, failed: 0, complete: true });
    expect(world.bus.published.filter(({ type }) => type === 'ReserveStock')).toHaveLength(1);
  });

  test('while the bus refuses it, it waits and is not given up', async () => {
    const { clock, cursor, sweep, sendAgain, world, ledger } = await standWithDeath();
    clock.advance(HOUR);
    await sweep();
    world.faults.outage({ port: 'bus', for: '30 days' });
    for (let day = 0; day < 3; day++) {
      await sendAgain();
      expect(await sweep()).toMatchObject({ resent: 0, undeliverable: 0 });
      clock.advance(DAY);
    }
    expect(cursor.value).toBeUndefined();
    world.faults.clear();
    await sendAgain();
    expect(account(await ledger.conversation('c-o1'))).toMatchObject({ missing: [], inFlight: [] });
  });
});
