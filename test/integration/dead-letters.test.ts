import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect, type Laneway } from 'laneway/client';
import { openDeployed } from '../../cli/context/open-deployed.js';
import { renderTree } from '../../cli/render/tree.js';
import { awsClients } from '../../shared/aws/base/clients/all-clients.js';
import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { schemaUri } from '../../shared/domain/wire/envelope.js';
import { newId } from '../../shared/domain/base/ids.js';
import { examineDeadLetter } from '../../shared/operator/dead-letters/examine-dead-letter.js';
import { findDeadLetters, groupDeadLetters } from '../../shared/operator/dead-letters/dead-letter-groups.js';
import type { OperatorServices } from '../../shared/operator/operator-services.js';
import { redriveDeadLetter } from '../../shared/operator/dead-letters/redrive-dead-letter.js';
import { redriveCanary } from '../../shared/operator/dead-letters/redrive-dead-letters.js';
import {
  discardDeadLetter,
  editDeadLetter,
  type Edited,
} from '../../shared/operator/dead-letters/settle-dead-letter.js';
import { deployed, eventually, type Deployed } from '../kit/stands/deployed.js';
import { ParcelArrived, parcels, type WeighParcel } from '../kit/applications/parcel-topology.js';

const witnessFile = join(mkdtempSync(join(tmpdir(), 'laneway-')), 'witness');
const witnessed = (parcel: string): string[] =>
  readFileSync(witnessFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`desk ${parcel} `));
const ADA = { by: 'ada', why: 'the parcels are mended' };
const BAD = ['bad-1', 'bad-2', 'bad-3'];
const deliveriesIn = (entries: readonly LedgerEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'delivery' ? [entry.delivery] : []));

let app: Deployed;
let gate: Laneway<typeof ParcelArrived | typeof WeighParcel>;
let operator: OperatorServices;
const conversations = new Map<string, string>();

beforeAll(async () => {
  writeFileSync(witnessFile, '');
  app = await deployed('parcels', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/parcels/app.ts',
    context: { 'parcels:witness': witnessFile },
  });
  gate = await connect(parcels, { as: 'gate' });
  operator = await openDeployed(parcels);
});

/** Runs `laneway dlq` with JSON output. */
function laneway(...args: readonly string[]): unknown {
  const command = ['--conditions=laneway-source', '--import', 'tsx', 'cli/main.ts', 'dlq', ...args];
  const topology = ['--json', '--topology', 'test/kit/applications/parcel-topology.ts#parcels'];
  return JSON.parse(execFileSync(process.execPath, [...command, ...topology], { encoding: 'utf8' }));
}

/** Dead letters of this run: its conversations, and what could not be read and holds its mark. */
const deadLettersOf = async (state: 'open' | 'any' = 'open') => {
  const mine = new Set(conversations.values());
  return (await findDeadLetters(operator.book, { state })).filter(
    ({ correlationId, error }) => mine.has(correlationId) || error.message.includes(MARK),
  );
};
const MARK = newId().slice(-12);

/** Runs `laneway` by the deployed model alone, in a folder that holds nothing but `files`. */
function outside(args: readonly string[], files: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const command = [
    '--conditions=laneway-source',
    '--import',
    import.meta.resolve('tsx'),
    resolve('cli/main.ts'),
    ...args,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('an operator needs no source: by name, from any folder, and with a checkout that does not compile', async () => {
  const queues = outside(['--json', '--app', 'parcels', 'queues']);
  expect(queues).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(queues.stdout)).toContainEqual(expect.objectContaining({ owner: 'desk', queue: 'normal' }));
  const refused = outside(['--app', 'parcels', 'send', 'ParcelArrived', '--data', '{"parcel": 17}']);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('parcel: given 17; Invalid input: expected string');
  const sent = outside(['--app', 'parcels', 'send', 'ParcelArrived', '--data', '{"parcel": "outside-1"}']);
  expect(sent).toMatchObject({ status: 0 });
  await app.until(sent.stdout.trim(), (_entries, { atRest, completed }) => atRest && completed > 0);
  const nameless = outside(['queues']);
  expect(nameless.status).not.toBe(0);
  expect(nameless.stderr).toMatch(/which application\?[^]*deployed here: .*parcels[^]*type: laneway --app/);
  const half = outside(['--json', 'dlq', 'list'], {
    'package.json': JSON.stringify({ name: 'half', type: 'module', laneway: { topology: 'topology.ts' } }),
    'topology.ts': "export const parcels = defineTopology('parcels', { channels: {",
  });
  expect(half).toMatchObject({ status: 0 });
  expect(half.stderr).toContain("working by what is deployed of 'parcels'");
  expect(JSON.parse(half.stdout)).toBeInstanceOf(Array);
});

test('health tries every part, and names a lane that nobody empties', async () => {
  const healthy = outside(['--json', '--app', 'parcels', 'health']);
  const { findings } = JSON.parse(healthy.stdout) as { findings: { check: string; state: string; told: string }[] };
  expect(findings.filter(({ state }) => state === 'fail')).toEqual([]);
  expect(healthy.status).toBe(0);
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining([
      'model',
      'ledger table',
      'pending table',
      'payloads',
      'bus',
      'consumers',
      'drain',
      'sweeper',
    ]),
  );
  const client = new LambdaClient({});
  const FunctionName = app.deployment['FunctionStamper'];
  const { EventSourceMappings: [mapping] = [] } = await client.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  const set = async (Enabled: boolean) =>
    client.send(new UpdateEventSourceMappingCommand({ UUID: mapping?.UUID, Enabled }));
  try {
    await set(false);
    const ill = outside(['--app', 'parcels', 'health']);
    expect(ill.stdout).toMatch(/fail +consumers +nothing empties stamper direct-low: its mapping is Disabl/);
    expect(ill.status).toBe(1);
  } finally {
    await set(true);
    client.destroy();
  }
});

test('three kinds of poison are three groups, with their counts', async () => {
  for (const parcel of BAD) {
    const { correlationId } = await gate.publish(ParcelArrived, { parcel, note: 'do not weigh' });
    conversations.set(parcel, correlationId);
  }
  const odd = newId();
  conversations.set('odd', odd);
  const envelope = {
    ...{ specversion: '1.0', id: odd, source: 'laneway.parcels.client.gate', type: 'ParcelArrived' },
    ...{ time: new Date().toISOString(), datacontenttype: 'application/json' },
    ...{ dataschema: schemaUri('ParcelArrived', 1), data: { parcel: 17 }, correlationid: odd, priority: 'normal' },
    ...{ channel: 'parcel.arrivals', expires: new Date(Date.now() + 600_000).toISOString(), attempt: 1, hops: 0 },
  };
  const event = { source: envelope.source, 'detail-type': envelope.type, detail: envelope };
  for (const MessageBody of [JSON.stringify(event), MARK])
    await awsClients().sqs.send(new SendMessageCommand({ QueueUrl: app.deployment['LaneDeskNormal'], MessageBody }));
  const groups = await eventually('five dead letters', async () => {
    const letters = await deadLettersOf();
    return letters.length === 5 ? groupDeadLetters(letters) : undefined;
  });
  expect(groups.map(({ count, reasons, tries }) => [count, ...reasons, tries])).toEqual(
    expect.arrayContaining([
      [3, 'exhausted', 9],
      [1, 'schema', 1],
      [1, 'unparseable', 1],
    ]),
  );
  expect(groups).toHaveLength(3);

  const [most] = groups;
  // At least: other tests on this engine may have added to a group.
  const listed = laneway('groups') as { id: string; count: number }[];
  for (const { id, count } of groups)
    expect(listed.find((group) => group.id === id)?.count).toBeGreaterThanOrEqual(count);
  const tried = laneway('redrive', '--group', most?.id ?? '', '--why', 'to see', '--by', 'ada', '--dry-run');
  expect(tried).toEqual(expect.arrayContaining([expect.objectContaining({ receiver: 'desk', result: 'would-send' })]));
});

test('a letter shows its whole message and what does not fit the schema', async () => {
  const [letter] = (await deadLettersOf()).filter(({ reason }) => reason === 'schema');
  if (!letter) throw new Error('the dead letter with the wrong payload is missing');
  expect(await examineDeadLetter(letter, operator)).toMatchObject({
    ...{ data: { parcel: 17 }, misfits: [{ path: 'parcel', found: 17 }] },
    ...{ obstacle: { code: 'SCHEMA' }, delivery: { state: 'dead-lettered' } },
  });
  expect(await redriveDeadLetter(letter, ADA, {}, operator)).toMatchObject({ result: 'skipped' });
});

test('a canary redrive stops at the first while the cause is there', async () => {
  const letters = (await deadLettersOf()).filter(({ reason }) => reason === 'exhausted');
  const before = BAD.map((parcel) => witnessed(parcel).length);
  const report = await redriveCanary(letters, ADA, { settleWithin: 60_000 }, operator);
  expect(report).toMatchObject({
    ...{ completed: 0, redriven: [{ result: 'sent' }] },
    stopped: { left: 2, why: expect.stringContaining('the same signature returned') as unknown },
  });
  const triedAgain = BAD.map((parcel, index) => witnessed(parcel).length - (before[index] ?? 0));
  expect(triedAgain.toSorted()).toEqual([0, 0, 3]);
  await eventually('the letter to be open again', async () => {
    const open = (await deadLettersOf()).filter(({ reason }) => reason === 'exhausted');
    return open.length === 3 ? open : undefined;
  });
});

test('once the cause is mended, each message is handled once; redriving twice adds no outcome', async () => {
  const before = BAD.map((parcel) => witnessed(parcel).length);
  writeFileSync(`${witnessFile}.mended`, '');
  const letters = (await deadLettersOf()).filter(({ reason }) => reason === 'exhausted');
  const [first] = letters;
  if (!first) throw new Error('the dead letters of the bad parcels are missing');
  expect(await redriveDeadLetter(first, ADA, {}, operator)).toMatchObject({ result: 'sent' });
  await redriveDeadLetter((await operator.book.find(first.id)) ?? first, ADA, {}, operator);
  const rest = (await deadLettersOf()).filter(({ id, reason }) => reason === 'exhausted' && id !== first.id);
  const report = await redriveCanary(rest, ADA, { settleWithin: 60_000 }, operator);
  expect(report).toMatchObject({ completed: 2 });
  expect(report.stopped).toBeUndefined();
  for (const parcel of BAD) {
    const entries = await app.until(conversations.get(parcel) ?? '', (found) =>
      found.some(
        (entry) =>
          entry.kind === 'delivery' && entry.delivery.receiver === 'desk' && entry.delivery.state === 'completed',
      ),
    );
    expect(renderTree(entries)).toContain('operator ada: redrive of exhausted at desk');
  }
  for (const letter of letters) {
    const now = await operator.book.find(letter.id);
    expect(await redriveDeadLetter(now ?? letter, ADA, {}, operator)).toMatchObject({
      ...{ result: 'skipped', why: 'its delivery is completed' },
    });
  }
  expect(BAD.map((parcel, index) => witnessed(parcel).length - (before[index] ?? 0))).toEqual([1, 1, 1]);
});

test('an edited message is handled instead of the original; what cannot be read is discarded', async () => {
  const letters = await deadLettersOf();
  const odd = letters.find(({ reason }) => reason === 'schema');
  const unreadable = letters.find(({ reason }) => reason === 'unparseable');
  if (!odd || !unreadable) throw new Error('the two other dead letters are missing');
  const parcel = `edited-${MARK}`;
  const data = JSON.stringify({ parcel, note: 'do not weigh' });
  const edited = laneway(
    'edit',
    odd.id,
    // No client published it: it stands in nobody's rows.
    '--vouch',
    '--data',
    data,
    '--expires',
    '10m',
    '--by',
    ADA.by,
    '--why',
    ADA.why,
  ) as Edited;
  expect(edited).toMatchObject({ id: odd.id, conversation: odd.correlationId, receiver: 'desk' });
  const entries = await app.until(odd.correlationId, (found) =>
    deliveriesIn(found).some(({ messageId, state }) => messageId === edited.successor && state === 'completed'),
  );
  expect(witnessed(parcel)).toHaveLength(1);
  // Linked both ways, and the original stays what it was.
  const byMessage = new Map(deliveriesIn(entries).map((delivery) => [delivery.messageId, delivery]));
  expect(byMessage.get(edited.successor)?.facts.causationId).toBe(odd.messageId);
  expect(byMessage.get(odd.messageId ?? '')?.state).toBe('dead-lettered');
  const kept = await operator.book.find(odd.id);
  // The identity behind the credentials acts, whatever name it gives itself.
  const by = expect.stringMatching(/^arn:aws:(iam|sts)::\d{12}:\S+ \(said to be ada\)$/) as string;
  expect(kept?.resolution).toMatchObject({ state: 'edited', by, why: ADA.why, successor: edited.successor });
  if (!kept) throw new Error('the dead letter that was edited is gone');
  expect(await examineDeadLetter(kept, operator)).toMatchObject({
    data: { parcel: 17 },
    misfits: [{ path: 'parcel' }],
  });
  expect(renderTree(entries)).toContain(`(said to be ada): edit of schema at desk (as ${edited.successor}`);
  // A second edit or a redrive of it changes nothing.
  await expect(editDeadLetter(kept, { data: { parcel }, expiresIn: 600_000 }, ADA, operator)).rejects.toMatchObject({
    code: 'REFUSED',
  });
  expect(await redriveDeadLetter(kept, ADA, {}, operator)).toMatchObject({ result: 'skipped' });
  expect(await discardDeadLetter(unreadable, ADA, operator)).toBe('discarded');
  await eventually('no open letter', async () => ((await deadLettersOf()).length === 0 ? true : undefined));
  expect((await deadLettersOf('any')).map(({ resolution }) => resolution?.state).sort()).toEqual(
    ['discarded', 'edited', 'redriven', 'redriven', 'redriven'].sort(),
  );
});
