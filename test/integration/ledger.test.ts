import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { connect } from 'laneway/client';
import { outputOf } from '../../shared/client/deployment.js';
import { cleanArchive } from '../../shared/aws/s3/s3-archive-cleaner.js';
import { awsClients } from '../../shared/aws/base/clients/all-clients.js';
import { runCli } from '../../cli/run-cli.js';
import { EXIT } from '../../cli/context/exit-codes.js';
import { ExportFolder } from '../../cli/commands/ledger/export-folder.js';
import { openDeployed } from '../../cli/context/open-deployed.js';
import type { ArchiveLine } from '../../shared/domain/evidence/archive.js';
import type { ExportManifest } from '../../shared/domain/evidence/ledger-export.js';
import { ledgerStats } from '../../shared/operator/evidence/ledger-views.js';
import { verifyLedger, type Verification } from '../../shared/operator/evidence/verify-ledger.js';
import { deployed, eventually, type Deployed } from '../kit/stands/deployed.js';
import { ParcelArrived, parcels } from '../kit/applications/parcel-topology.js';

const root = mkdtempSync(join(tmpdir(), 'laneway-ledger-'));
const witnessFile = join(root, 'witness');
const topology = ['--topology', 'test/kit/applications/parcel-topology.ts#parcels'];
const conversations: string[] = [];

let app: Deployed;

beforeAll(async () => {
  writeFileSync(witnessFile, '');
  app = await deployed('parcels', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/parcels/app.ts',
    context: { 'parcels:witness': witnessFile },
  });
  const gate = await connect(parcels, { as: 'gate' });
  for (const parcel of ['proof-1', 'proof-2', 'proof-3']) {
    const { correlationId } = await gate.publish(ParcelArrived, { parcel, note: 'do not weigh' });
    conversations.push(correlationId);
  }
  for (const id of conversations) await app.until(id, (_found, books) => books.atRest && books.expected >= 2);
  const { archive } = await openDeployed(parcels);
  await eventually('every conversation in the archive', async () => {
    const settled = new Map(conversations.map((id) => [id, 0]));
    for (const day of await archive.days()) {
      for await (const { conversation, entry } of archive.lines(day, 'delivery')) {
        if (entry.kind !== 'delivery' || entry.delivery.state !== 'completed') continue;
        if (settled.has(conversation)) settled.set(conversation, (settled.get(conversation) ?? 0) + 1);
      }
    }
    return [...settled.values()].every((count) => count >= 2) ? true : undefined;
  });
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs `laneway ledger ...`, with what it writes to stdout. */
async function ledger(...args: readonly string[]): Promise<{ code: number; out: string }> {
  const write = process.stdout.write.bind(process.stdout);
  let out = '';
  process.stdout.write = (text: string | Uint8Array) => {
    out += String(text);
    return true;
  };
  try {
    return { code: await runCli(['node', 'laneway', ...topology, '--json', '--quiet', 'ledger', ...args]), out };
  } finally {
    process.stdout.write = write;
  }
}

function lastOf(file: string): { lines: string[]; last: ArchiveLine } {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return { lines, last: JSON.parse(lines.at(-1) ?? '') as ArchiveLine };
}

test('an export of the deployed ledger verifies offline; a changed byte, a swap and a removed last entry are named', async () => {
  const out = join(root, 'whole');
  const exported = await ledger('export', '--out', out);
  expect(exported.code).toBe(EXIT.ok);
  const manifest = JSON.parse(exported.out) as ExportManifest;
  expect(manifest).toMatchObject({ application: 'parcels', anchored: false, withheld: 0, signed: true });
  const whole = await ledger('verify', out);
  expect(whole.code).toBe(EXIT.ok);
  const { key, entries } = JSON.parse(whole.out) as Verification;
  expect(entries).toBe(manifest.entries);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect((await ledger('verify', out, '--key', key ?? '')).code).toBe(EXIT.ok);
  expect((await ledger('verify', out, '--key', '0'.repeat(64))).code).toBe(EXIT.failed);

  const [day = ''] = (await new ExportFolder(out).files()).filter((file) => file.endsWith('chain.jsonl')).slice(-1);
  const file = join(out, day);
  const text = readFileSync(file, 'utf8');
  const { lines, last } = lastOf(file);
  const findings = async (changed: string) => {
    writeFileSync(file, changed);
    const { code, out: told } = await ledger('verify', out);
    writeFileSync(file, text);
    return { code, first: (JSON.parse(told) as Verification).findings[0] };
  };
  const place = { file: day, chain: last.chain };
  const end = lines.length;
  const joined = (all: readonly string[]) => all.map((line) => `${line}\n`).join('');
  expect(await findings(text.replace(last.conversation, last.conversation.replace(/.$/, '~')))).toMatchObject({
    code: EXIT.failed,
    first: { file: day },
  });
  const swapped = [...lines.slice(0, -2), lines.at(-1) ?? '', lines.at(-2) ?? ''];
  expect(await findings(joined(swapped))).toMatchObject({ code: EXIT.failed, first: { ...place, line: end - 1 } });
  expect(await findings(joined(lines.slice(0, -1)))).toMatchObject({
    code: EXIT.failed,
    first: { ...place, line: end, number: last.number },
  });
  expect((await ledger('verify', out)).code).toBe(EXIT.ok);
});

test('a conversation is exported alone, and proves itself among the hashes of the others', async () => {
  const [conversation = ''] = conversations;
  const out = join(root, 'one');
  const { code, out: told } = await ledger('export', '--out', out, '--conversation', conversation, '--no-seal');
  expect(code).toBe(EXIT.ok);
  const manifest = JSON.parse(told) as ExportManifest;
  expect(manifest.withheld).toBeGreaterThan(0);
  expect(await verifyLedger(ExportFolder.open(out))).toMatchObject({ ok: true, withheld: manifest.withheld });
  for (const file of await new ExportFolder(out).files())
    expect(readFileSync(join(out, file), 'utf8')).not.toContain(conversations[1]);
});

test('the archive is viewed by agent, and exported into a bucket', async () => {
  const { archive, deployment } = await openDeployed(parcels);
  const [desk] = await ledgerStats(archive, 'agent', { agent: 'desk' });
  expect(desk?.deliveries).toBeGreaterThanOrEqual(3);
  const stats = await ledger('stats', '--by', 'type', '--agent', 'desk');
  expect(JSON.parse(stats.out)).toContainEqual(expect.objectContaining({ of: 'ParcelArrived' }));
  const list = await ledger('list', '--agent', 'desk', '--state', 'completed', '--limit', '2');
  expect(JSON.parse(list.out)).toHaveLength(2);
  const { s3 } = awsClients();
  // Any bucket will do; the payloads' is there.
  const bucket = app.deployment['PayloadBucket'] ?? '';
  expect((await ledger('export', '--out', `s3://${bucket}/proof`, '--no-seal')).code).toBe(EXIT.ok);
  const manifest = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'proof/export.json' }));
  expect(await manifest.Body?.transformToString()).toContain('"laneway":"ledger-export"');
  const dry = await cleanArchive(s3, outputOf(deployment, 'ArchiveBucket'), '2999-01-01', { dryRun: true });
  expect(dry.deleted).toBeGreaterThan(0);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: outputOf(deployment, 'ArchiveBucket') }));
  expect(Contents.length).toBeGreaterThan(0);
});
