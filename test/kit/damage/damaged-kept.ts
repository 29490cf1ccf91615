import type { S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBRecord } from 'aws-lambda';
import { tellBreakers } from '../../../functions/platform/ledger-stream/tell-breakers.js';
import { DynamoChainStore } from '../../../shared/aws/dynamo/dynamo-chain-store.js';
import { DynamoDeferredReplyStore } from '../../../shared/aws/dynamo/dynamo-deferred-reply-store.js';
import { DynamoSagaStore } from '../../../shared/aws/dynamo/dynamo-saga-store.js';
import { S3Seals } from '../../../shared/aws/s3/s3-seals.js';
import { summarizeError } from '../../../shared/domain/base/errors.js';
import type { SagaFacts } from '../../../shared/domain/execution/saga.js';
import { sealDigest, type Seal } from '../../../shared/domain/evidence/seal.js';
import { UnreadableRows } from '../../../shared/domain/form/passed-over.js';
import { sealHeads } from '../../../shared/platform/evidence/seal-heads.js';
import { compensate } from '../../../shared/platform/workflows/compensate.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Random } from '../generators/fuzz-bodies.js';
import { commandAt, envelopeAt, platformWorld } from '../stands/platform-world.js';
import { damaged, damagedJson } from './damage.js';
import { imageOf } from './image-of.js';
import { memoryTable } from './memory-table.js';

/** A word of every neighbour, which no text about a damaged row may hold. */
const SECRET = 'the-neighbours-secret';
const AGENTS = 3;
const STEPS = 3;
const CHAINS = 4;
const SEALS = 4;

/** Counts of a run, and what it found wrong. */
export interface KeptResult {
  readonly damages: number;
  readonly unreadable: number;
  readonly violations: readonly string[];
}

type Found = Pick<KeptResult, 'unreadable' | 'violations'>;

/** Kinds of what is kept, each with a world in which one row or object is damaged and all readers read. */
const KINDS: Readonly<Record<string, (random: Random) => Promise<Found>>> = {
  'put-off replies': damageReplies,
  compensations: damageSagas,
  'heads of chains': damageHeads,
  seals: damageSeals,
};

/** Damages so many put-off replies, rows of sagas, heads of chains and seals, one in each world. */
export async function damageKept(seed: number, count: number): Promise<KeptResult> {
  const random = seededRandom(seed);
  const kinds = Object.entries(KINDS);
  const total = { damages: 0, unreadable: 0, violations: [] as string[] };
  for (; total.damages < count; total.damages++) {
    const [kind, damage] = kinds[total.damages % kinds.length] ?? ['', damageSeals];
    const { unreadable, violations } = await damage(random);
    total.unreadable += unreadable;
    total.violations.push(...violations.map((violation) => `${kind}: ${violation}`));
  }
  return total;
}

/** Damages one row of a table, of those that match. */
function damageOne(random: Random, table: ReturnType<typeof memoryTable>, match: RegExp) {
  const rows = [...table.items.values()].filter(({ pk }) => match.test(String(pk)));
  const row = rows[Math.floor(random() * rows.length)] ?? {};
  const { item, what } = damaged(random, row);
  table.remove(row);
  table.put(item);
  return { row, item, what: `${[row['pk'], row['sk']].join(' ')}: ${what}` };
}

/** The value that is read; undefined for one that is refused as unreadable, which must quote nothing. */
async function read<Value>(reading: Promise<Value>, violations: string[], about: string): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code, message } = summarizeError(error);
    if (code !== 'UNREADABLE') violations.push(`${about} fails with ${code}: ${message}`);
    if (message.includes(SECRET)) violations.push(`${about} is refused with a neighbour's words: ${message}`);
    return undefined;
  }
}

async function damageReplies(random: Random): Promise<Found> {
  const violations: string[] = [];
  const world = platformWorld();
  const table = memoryTable();
  const store = new DynamoDeferredReplyStore(table.client, 'ledger');
  const now = world.clock.now();
  for (let at = 0; at < AGENTS; at++) {
    const { data: _data, ...envelope } = commandAt(now, { subject: SECRET });
    const own = {
      agent: `agent-${at}`,
      command: envelope.type,
      key: `key-${at}`,
      envelope,
      forgetAfter: 1_900_000_000,
    };
    await store.put(own);
  }
  const { row, item, what } = damageOne(random, table, /^later#/);
  let unreadable = 0;
  for (let at = 0; at < AGENTS; at++) {
    const isDamaged = row['pk'] === `later#agent-${at}#ReserveStock`;
    const found = await read(store.get(`agent-${at}`, 'ReserveStock', `key-${at}`), violations, what);
    if (!isDamaged && found?.envelope.subject !== SECRET) violations.push(`a neighbour is not read beside ${what}`);
    if (found && found.envelope.type !== 'ReserveStock') violations.push(`another command is read after ${what}`);
  }
  const record: DynamoDBRecord = { dynamodb: { SequenceNumber: '1', NewImage: imageOf(item), OldImage: imageOf(row) } };
  await tellBreakers(
    { Records: [record] },
    {
      ...{ topology: world.topology, log: world.log, publishing: world.publishingAs('platform', 'ledger-stream') },
      countBreaker: () => violations.push(`a breaker is told of after ${what}`),
      countUnreadable: (rows) => void (unreadable += rows),
    },
  );
  if (unreadable > 1) violations.push(`${what} counts ${unreadable} times`);
  const again = store.get(String(item['pk']).split('#')[1] ?? '', 'ReserveStock', String(item['sk']));
  const isRead = await again.then(
    (found) => found !== undefined,
    () => false,
  );
  if (isRead === unreadable > 0) violations.push(`its agent and the stream differ about ${what}`);
  return { unreadable, violations };
}

async function damageSagas(random: Random): Promise<Found> {
  const violations: string[] = [];
  const world = platformWorld();
  const table = memoryTable();
  const unreadable = new UnreadableRows();
  const sagas = new DynamoSagaStore(table.client, 'requests', unreadable, () => world.clock.now());
  const now = world.clock.now();
  const message = { ...startAt(now), subject: SECRET };
  const names = ['fulfil-1', 'fulfil-2'];
  for (const execution of names) {
    for (let at = 0; at < STEPS; at++) {
      const command = commandAt(now);
      const requestId = command.requestid ?? '';
      const undo = { type: 'ReserveStock', data: { order: `${at}-${SECRET}` }, timeoutSeconds: 60 };
      await sagas.note({ workflow: 'fulfil', execution, message }, { requestId, step: `step-${at}`, ...undo });
      const about = {
        type: 'StockReserved',
        dataschema: 'urn:laneway:StockReserved:1',
        data: { order: 'o', reserved: true },
      };
      const outcome = { state: 'replied', by: 'r', at: new Date(now).toISOString(), ...about } as const;
      await world.pending.open({
        ...{ requestId, messageId: command.id, type: 'ReserveStock', replyType: 'StockReserved', attempt: 1 },
        ...{ correlationId: message.correlationid, hops: 0, deadline: new Date(now + 60_000).toISOString() },
        waiter: { kind: 'workflow', token: 't', execution, step: `step-${at}` },
      });
      await world.pending.close(requestId, outcome);
    }
    await sagas.fail(execution, 'failed');
  }
  const { row, what } = damageOne(random, table, /^saga#fulfil-1/);
  const services = { ...world, sagas };
  for (const execution of names) {
    const saga = await read(sagas.get(execution), violations, what);
    await read(sagas.step(execution, 1), violations, what);
    const listed: string[] = [];
    if (saga) for await (const { step } of sagas.steps(saga)) listed.push(step);
    const isWhole = execution === 'fulfil-2' || !String(row['pk']).includes('#step#') || saga === undefined;
    if (execution === 'fulfil-2' && listed.join() !== 'step-2,step-1,step-0')
      violations.push(`the neighbour lists ${listed.join()} beside ${what}`);
    if (!isWhole && listed.filter((step) => /^step-\d$/.test(step)).length < STEPS - 1)
      violations.push(`the steps beside it are not listed: ${listed.join()} after ${what}`);
    try {
      await compensate(execution, services);
    } catch (error) {
      violations.push(`undoing ${execution} fails after ${what}: ${(error as Error).stack ?? ''}`);
    }
  }
  // The step of the neighbour that comes first is undone by a request.
  const undone = world.bus.published.filter(({ type }) => type === 'ReserveStock');
  if (!undone.some(({ data }) => JSON.stringify(data).includes(`2-${SECRET}`)))
    violations.push(`nothing of the neighbour is undone beside ${what}`);
  const { rows } = unreadable.take();
  if (new Set(rows.map(({ where }) => where)).size !== rows.length) violations.push(`${what} is noted twice`);
  for (const { why } of rows) if (why.includes(SECRET)) violations.push(`said of a neighbour: ${why}`);
  return { unreadable: rows.length, violations };
}

async function damageHeads(random: Random): Promise<Found> {
  const violations: string[] = [];
  const world = platformWorld();
  const table = memoryTable();
  const unreadable = new UnreadableRows();
  const chains = new DynamoChainStore(table.client, 'chains', unreadable);
  const head = (at: number) => ({
    ...{ chain: `shardId-${at}`, number: at + 2, digest: String(at).repeat(64), day: '2026-11-21', sequence: `${at}1` },
  });
  for (let at = 0; at < CHAINS; at++) await chains.advance(undefined, head(at));
  const { item, what } = damageOne(random, table, /^head$/);
  const heads = await read(chains.heads(), violations, what);
  const whole = Array.from({ length: CHAINS }, (_, at) => JSON.stringify(head(at)));
  const missing = whole.filter((one) => !heads?.some((found) => JSON.stringify(found) === one)).length;
  if (missing > 1) violations.push(`${missing} heads are not read as they were after ${what}`);
  await read(chains.head(String(item['sk'])), violations, what);
  const kept: Seal[] = [];
  const services = { application: 'shop', chains, clock: world.clock, sealSigner: undefined };
  try {
    await sealHeads({ ...services, seals: { keep: (seal) => Promise.resolve(void kept.push(seal)) } });
  } catch (error) {
    violations.push(`sealing fails after ${what}: ${(error as Error).stack ?? ''}`);
  }
  if ((kept[0]?.heads.length ?? 0) < CHAINS - 1) violations.push(`the other heads are not sealed after ${what}`);
  const { rows } = unreadable.take();
  if (rows.length > 1) violations.push(`${what} is noted ${rows.length} times`);
  return { unreadable: rows.length, violations };
}

async function damageSeals(random: Random): Promise<Found> {
  const violations: string[] = [];
  const unreadable = new UnreadableRows();
  const objects = new Map<string, string>();
  const seals = new S3Seals(bucketOf(objects), 'seals', unreadable);
  for (let number = 1; number <= SEALS; number++) {
    const heads = [{ chain: 'stream', number, digest: 'a'.repeat(64) }];
    const content = { application: SECRET, number, at: '2026-11-21T00:00:00.000Z', previous: '0'.repeat(64), heads };
    await seals.keep({ ...content, digest: sealDigest(content), signature: null });
  }
  const keys = [...objects.keys()];
  const key = keys[Math.floor(random() * keys.length)] ?? '';
  const [text, what] = damagedJson(random, objects.get(key) ?? '');
  objects.set(key, text);
  const found: Seal[] = [];
  const all = async (): Promise<void> => {
    for await (const seal of seals.seals()) found.push(seal);
  };
  try {
    await all();
  } catch (error) {
    violations.push(`listing the seals fails after ${what}: ${summarizeError(error).message}`);
  }
  if (found.filter(({ application }) => application === SECRET).length < SEALS - 1)
    violations.push(`${found.length} seals are listed after ${what}`);
  for (const seal of found) sealDigest(seal);
  const { rows } = unreadable.take();
  if (rows.length + found.length !== SEALS) violations.push(`${rows.length} noted, ${found.length} listed: ${what}`);
  for (const { why } of rows) if (why.includes(SECRET)) violations.push(`said of a neighbour: ${why}`);
  return { unreadable: rows.length, violations };
}

/** A bucket behind a client, as far as seals go. */
function bucketOf(objects: Map<string, string>): S3Client {
  const send = (command: { readonly constructor: { readonly name: string }; readonly input: SealInput }): unknown => {
    const { Key = '', Body = '' } = command.input;
    if (command.constructor.name === 'PutObjectCommand') objects.set(Key, Body);
    if (command.constructor.name === 'ListObjectsV2Command')
      return { Contents: [...objects.keys()].map((one) => ({ Key: one })) };
    return { Body: { transformToString: () => Promise.resolve(objects.get(Key)) } };
  };
  return { send: (command: Parameters<typeof send>[0]) => Promise.resolve(send(command)) } as unknown as S3Client;
}

interface SealInput {
  readonly Key?: string;
  readonly Body?: string;
}

/** The start message of an execution, without its data. */
function startAt(now: number): SagaFacts['message'] {
  const { id, type, source, time, correlationid, priority, hops } = envelopeAt(now, 'OrderPlaced', {});
  return { id, type, source, time, correlationid, priority, hops };
}
