import { deliveryKeyOf } from '../../../shared/domain/delivery/delivery.js';
import type { DynamoDBRecord } from 'aws-lambda';
import { renderMermaid } from '../../../cli/render/mermaid.js';
import { deadLetterTable, groupTable } from '../../../cli/render/dead-letters.js';
import { plainPaint } from '../../../cli/render/paint.js';
import { requestTable, requestText } from '../../../cli/render/requests.js';
import { renderSequence } from '../../../cli/render/sequence.js';
import { renderTree } from '../../../cli/render/tree.js';
import { archiveRecords } from '../../../functions/platform/ledger-stream/archive-records.js';
import { DynamoDeadLetterBook } from '../../../shared/aws/dynamo/dynamo-dead-letter-book.js';
import { DynamoDeliveryStore } from '../../../shared/aws/dynamo/dynamo-delivery-store.js';
import { DynamoIntentStore } from '../../../shared/aws/dynamo/dynamo-intent-store.js';
import { DynamoLedgerReader } from '../../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { DynamoLedgerWriter } from '../../../shared/aws/dynamo/dynamo-ledger-writer.js';
import { DynamoPendingStore } from '../../../shared/aws/dynamo/dynamo-pending-store.js';
import { summarizeError } from '../../../shared/domain/base/errors.js';
import { factsOf } from '../../../shared/domain/delivery/delivery.js';
import { behind } from '../../../shared/domain/delivery/lineage.js';
import { account, entryId } from '../../../shared/domain/evidence/conversation.js';
import { rowsOf } from '../../../shared/domain/evidence/ledger-rows.js';
import { ledgerWriters } from '../../../shared/domain/evidence/ledger-writers.js';
import { UnreadableRows } from '../../../shared/domain/form/passed-over.js';
import { requestIdOf } from '../../../shared/domain/request/requester.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { groupDeadLetters } from '../../../shared/operator/dead-letters/dead-letter-groups.js';
import { openApprovals } from '../../../shared/operator/requests/decide-approval.js';
import { openRequests, visible } from '../../../shared/operator/requests/answer-request.js';
import { sweep } from '../../../shared/platform/supervision/sweep.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { damaged, type PlainItem } from './damage.js';
import { anEmission } from '../generators/sample-messages.js';
import { shop } from '../applications/fixture-topology.js';
import { LedgerStand } from '../stands/ledger-evidence.js';
import { imageOf } from './image-of.js';
import { memoryTable } from './memory-table.js';
import { envelopeAt, platformWorld } from '../stands/platform-world.js';

/** Rows that are damaged in one world. */
const PER_WORLD = 30;
const MINUTE = 60_000;
/** A word of every neighbour, which no text about a damaged row may hold. */
const SECRET = 'the-neighbours-secret';

/** Counts of a run, and what it found wrong. */
export interface DamageResult {
  readonly damages: number;
  /** Damages that made a row unreadable; the others left it as somebody may have written it. */
  readonly unreadable: number;
  readonly violations: readonly string[];
}

/** Damages so many rows of all kinds, some in each of many worlds, and looks at what the readers make of them. */
export async function damageRows(seed: number, count: number): Promise<DamageResult> {
  const random = seededRandom(seed);
  const total = { damages: 0, unreadable: 0, violations: [] as string[] };
  while (total.damages < count) {
    const world = await rowsOfShop(total.damages);
    const found = await world.damage(random, Math.min(PER_WORLD, count - total.damages));
    total.damages += found.damages;
    total.unreadable += found.unreadable;
    total.violations.push(...found.violations);
  }
  return total;
}

async function rowsOfShop(from: number) {
  const world = platformWorld();
  const [ledger, requests] = [memoryTable(), memoryTable()];
  const unreadable = new UnreadableRows();
  const stores = {
    deliveries: new DynamoDeliveryStore(ledger.client, 'ledger', unreadable),
    intents: new DynamoIntentStore(ledger.client, 'ledger', world.payloads, unreadable),
    ledger: new DynamoLedgerWriter(ledger.client, 'ledger'),
    book: new DynamoDeadLetterBook(ledger.client, 'ledger', unreadable),
    conversations: new DynamoLedgerReader(
      ledger.client,
      'ledger',
      world.payloads,
      ledgerWriters(shop.model),
      unreadable,
    ),
    pending: new DynamoPendingStore(requests.client, 'requests', unreadable),
    unreadable,
  };
  const said: string[] = [];
  const say = (...given: unknown[]): void => void said.push(JSON.stringify(given));
  const log = { debug: say, info: say, warn: say, error: say };
  /** Places beyond what was asked for, which pass over the neighbours, and those that no table takes. */
  const leaps: string[] = [];
  const cursors = Object.assign(Object.create(world.cursors) as typeof world.cursors, {
    put: (name: string, value: number) => {
      if (!(value >= 0 && value <= world.clock.now() + 30 * MINUTE)) leaps.push(`the place ${name} is ${value}`);
      return world.cursors.put(name, value);
    },
    get: (name: string) => world.cursors.get(name),
    text: (name: string) => world.cursors.text(name),
  });
  const services = { ...world, ...stores, log, cursors };
  const now = world.clock.now();
  for (const cursor of ['intents', 'unsent', 'oldest-overdue', 'overdue-all', 'armed-until'])
    await world.cursors.put(cursor, now - 2 * MINUTE);

  /** Rows of every kind in one conversation, as Laneway writes them. */
  const write = async (name: string): Promise<void> => {
    const correlationid = `conversation-${name}`;
    const secret = name.startsWith('neighbour') ? SECRET : 'own';
    const message = (id: string, more: Partial<Envelope> = {}): Envelope =>
      envelopeAt(now, 'OrderPlaced', { order: `${id}-${secret}` }, { id: `${id}-${name}`, correlationid, ...more });
    const placed = message('placed');
    const lease = { owner: 'o', now, until: now + MINUTE, alone: false };
    const at = new Date(now).toISOString();
    await stores.intents.record([{ envelope: placed, expected: ['warehouse'] }], now - MINUTE);
    await stores.intents.record([{ envelope: message('missing'), expected: ['warehouse', 'clerk'] }], now - MINUTE);
    const [done, waits] = [deliveryKeyOf(placed, 'warehouse'), deliveryKeyOf(message('waiting'), 'clerk')];
    const outcome = { state: 'completed', copy: 'c', at: now } as const;
    await stores.deliveries.lease(done, factsOf(placed), lease);
    await stores.deliveries.settle(done, 'o', { ...outcome, emissions: [anEmission({ id: `emitted-${name}` })] });
    await stores.deliveries.lease(waits, factsOf(placed), lease);
    const unsent = anEmission({
      ...{ id: `unsent-${name}`, type: 'ScanShelf', dataschema: 'urn:laneway:ScanShelf:1', channel: 'shelf.scan' },
      ...{ data: { shelf: secret }, expires: new Date(now + 60 * MINUTE).toISOString(), expected: ['scanner'] },
    });
    await stores.deliveries.settle(waits, 'o', { ...outcome, emissions: [unsent] });
    await stores.deliveries.noteUnsent(waits, { lineage: behind(placed), due: new Date(now - MINUTE).toISOString() });
    const error = { code: 'HANDLER', message: secret, name: 'Error', retryable: true } as const;
    const letter = {
      id: `letter-${name}`,
      receiver: 'clerk',
      reason: 'exhausted',
      signature: 's',
      error,
      tries: 3,
    } as const;
    const request = { correlationId: correlationid, requestId: `asked-${name}`, type: 'ReserveStock' };
    await stores.ledger.deadLetter({ ...letter, correlationId: correlationid, messageId: placed.id, at, bodyRef: 'b' });
    await stores.ledger.request({ ...request, state: 'replied', by: placed.id, at });
    await stores.ledger.escalation({
      ...{ ...request, step: 0, rung: 'retry', attempt: 2, at },
      because: { state: 'timed-out', attempt: 1, by: 't', messageId: placed.id },
    });
    await stores.book.record({
      id: `note-${name}`,
      correlationId: correlationid,
      action: 'redrive',
      by: 'ann',
      why: secret,
      at,
    });
    const record = { ...request, messageId: placed.id, replyType: 'StockReserved', attempt: 1, hops: 1 };
    const deadline = new Date(now - MINUTE).toISOString();
    const climb = {
      ...{ channel: 'stock.request', until: deadline, rung: -1, used: 0, tried: ['warehouse'], on: 'x', time: 1 },
      phase: 'asked',
      command: { dataschema: 'urn:laneway:ReserveStock:1', data: { order: secret }, priority: 'normal' },
    } as const;
    const own = requestIdOf('client.web-shop', `own-${name}`);
    const agents = requestIdOf('agent.clerk', `agents-${name}`);
    const workflow = { kind: 'workflow', token: `token-${secret}`, execution: 'fulfil-1', step: 's' } as const;
    const approval = { workflow: 'fulfil', title: 'Pay?', details: { secret }, approvers: 'owners' };
    await stores.pending.open({ ...record, requestId: own, deadline, climb, waiter: { kind: 'client' } });
    await stores.pending.open({ ...record, requestId: agents, deadline, waiter: { kind: 'agent', id: 'clerk' } });
    await stores.pending.open({ ...record, requestId: `steps-${name}`, deadline, waiter: workflow, approval });
  };

  /** Results of all readers for the neighbours; the first run's is the measure of the second. */
  const read = async (name: string) => {
    const entries = await stores.conversations.conversation(`conversation-${name}`);
    return { account: account(entries), ids: entries.map(entryId) };
  };

  const damage = async (random: () => number, count: number): Promise<DamageResult> => {
    const violations: string[] = [];
    const before = [ledger, requests].map(({ items }) => new Set(items.values()));
    await write('neighbour-1');
    const names = ['neighbour-1', ...Array.from({ length: 3 }, (_, at) => `damaged-${from}-${at}`), 'neighbour-2'];
    for (const name of names.slice(1)) await write(name);
    const expected = [await read('neighbour-1'), await read('neighbour-2')];
    const genuine = (table: typeof ledger, at: number): PlainItem[] =>
      [...table.items.values()].filter((item) => !before[at]?.has(item) && JSON.stringify(item).includes('damaged-'));
    const pool = [...genuine(ledger, 0), ...genuine(requests, 1)];
    const whats = new Map<string, string>();
    const images: PlainItem[] = [];
    for (let one = 0; one < count && pool.length > 0; one++) {
      const [item = {}] = pool.splice(Math.floor(random() * pool.length), 1);
      const table = item['sk'] === undefined ? requests : ledger;
      const { item: bad, what } = damaged(random, item);
      table.remove(item);
      table.put(bad);
      whats.set(table === ledger ? `${String(bad['pk'])} ${String(bad['sk'])}` : String(bad['pk']), what);
      if (table === ledger) images.push(bad);
    }
    const about = (): string => [...whats].map(([key, what]) => `${key}: ${what}`).join('\n  ');
    const step = async <Result>(what: string, run: () => Promise<Result>): Promise<Result | undefined> => {
      try {
        return await run();
      } catch (error) {
        violations.push(
          `${what} failed: ${summarizeError(error).message}\n${(error as Error).stack ?? ''}\n  ${about()}`,
        );
        return undefined;
      }
    };
    const passedOver = new Set<string>();
    const texts: string[] = [];
    const take = (): void => {
      for (const { where, why } of unreadable.take().rows) {
        passedOver.add(where);
        texts.push(why);
      }
    };

    for (const [at, name] of ['neighbour-1', 'neighbour-2'].entries()) {
      const found = await step(`reading ${name}`, () => read(name));
      if (JSON.stringify(found) !== JSON.stringify(expected[at]))
        violations.push(`${name} reads otherwise\n  ${about()}`);
    }
    for (const name of names.slice(1, -1)) {
      await step(`showing ${name}`, async () => {
        const entries = await stores.conversations.conversation(`conversation-${name}`);
        account(entries);
        for (const text of [renderTree(entries), renderSequence(entries), renderMermaid(entries)])
          if (text.includes(SECRET)) violations.push(`${name} shows what is its neighbour's\n  ${about()}`);
      });
    }
    await step('listing dead letters', async () => {
      const letters = [];
      for await (const letter of stores.book.all()) letters.push(letter);
      deadLetterTable('shop', letters, plainPaint);
      groupTable('shop', groupDeadLetters(letters), plainPaint);
      for (const name of ['letter-neighbour-1', 'letter-neighbour-2'])
        if (!letters.some(({ id }) => id === name)) violations.push(`${name} is not listed\n  ${about()}`);
    });
    const publishing = world.publishingAs('platform', 'operator');
    await step('listing requests', async () => {
      const open = (await openRequests(60 * MINUTE, { ...services, publishing })).map(visible);
      requestTable('shop', open, plainPaint);
      for (const request of open) requestText(request, plainPaint);
      for (const name of ['neighbour-1', 'neighbour-2'])
        if (open.filter(({ requestId }) => requestId.endsWith(name)).length !== 3)
          violations.push(`the requests of ${name} are not listed\n  ${about()}`);
    });
    await step('listing approvals', () => openApprovals(services));
    take();

    const archive = new LedgerStand();
    let counted = 0;
    const records = images.map((image, at): DynamoDBRecord => ({
      eventName: 'MODIFY',
      dynamodb: {
        SequenceNumber: String(at + 1),
        ApproximateCreationDateTime: now / 1000,
        NewImage: imageOf(image),
      },
    }));
    const countUnreadable = (rows: number): void => void (counted += rows);
    const failed = await step('archiving', () =>
      archiveRecords({ Records: records, shardId: 'shardId-1' }, { ...archive.services, log, countUnreadable }),
    );
    if (failed !== undefined) violations.push(`the archive stopped\n  ${about()}`);
    let archived = 0;
    for (const day of await archive.archive.days())
      for await (const line of archive.archive.lines(day)) {
        rowsOf(line);
        if (line.entry.kind === 'unreadable') archived++;
      }
    if (archived !== counted) violations.push(`archived as unreadable ${archived}, counted ${counted}\n  ${about()}`);

    world.clock.advance(3_000);
    const run = () => sweep(services, { stopAt: world.clock.now() + MINUTE });
    const swept = await step('the sweep', run);
    if (swept && swept.failed > count) violations.push(`${swept.failed} failures of ${count} damages\n  ${about()}`);
    take();
    const sent = new Set(world.bus.published.map(({ id }) => id));
    for (const name of ['neighbour-1', 'neighbour-2']) {
      if (!sent.has(`missing-${name}`)) violations.push(`the message that ${name} missed was not sent\n  ${about()}`);
      if (sent.has(`placed-${name}`)) violations.push(`${name} was sent what it had\n  ${about()}`);
    }
    if (world.timerQueue.size < 6)
      violations.push(`${world.timerQueue.size} timers are set, not 6 at least\n  ${about()}`);
    const again = await step('the second sweep', run);
    if (again && again.unreadable > 0) violations.push(`${again.unreadable} requests are reported twice\n  ${about()}`);
    violations.push(...leaps.map((leap) => `${leap}\n  ${about()}`));
    const set = swept?.unreadable ?? 0;
    texts.push(...said);
    for (const text of texts) if (text.includes(SECRET)) violations.push(`said of a neighbour: ${text}`);
    return { damages: count, unreadable: counted + set, violations };
  };
  return { damage };
}
