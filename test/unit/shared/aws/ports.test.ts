import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { FUNCTION_OPTIONS } from '../../../../infra/constructs/bundle-options.js';
import { namesFromEnvironment } from '../../../../shared/aws/physical-names.js';
import {
  agentPorts,
  allPorts,
  archivePort,
  deliveriesPort,
  openPorts,
  requestPortsOf,
  sealSignerPort,
} from '../../../../shared/aws/ports.js';
import { ENVIRONMENT, type EnvironmentKey } from '../../../../shared/domain/base/environment.js';

const named = (...keys: readonly EnvironmentKey[]) =>
  namesFromEnvironment({ writers: () => [] }, Object.fromEntries(keys.map((key) => [ENVIRONMENT[key], `the-${key}`])));

describe('openPorts', () => {
  it('makes an adapter when its port is read, and once', () => {
    const ports = openPorts(named('ledgerTable'), deliveriesPort, archivePort);
    expect(ports.deliveries).toBe(ports.deliveries);
    expect(() => ports.archive).toThrow('LANEWAY_ARCHIVE_BUCKET is not set');
  });

  it('gives ports of one opening the same payload store', () => {
    const asked: string[] = [];
    const names = named('payloadBucket', 'ledgerTable', 'deadLetterQueue');
    const counted = {
      ...names,
      of: (...given: Parameters<typeof names.of>) => (asked.push(given[0]), names.of(...given)),
    };
    const { payloads, deadLetters, intents, conversations } = openPorts(counted, allPorts);
    expect([payloads, deadLetters, intents, conversations]).not.toContain(undefined);
    expect(asked.filter((resource) => resource === 'payloadBucket')).toHaveLength(1);
  });

  it('names what is missing when ports are copied, as a function does before its first message', () => {
    const missing = named('bus', 'ledgerTable', 'payloadBucket');
    expect(() => ({ ...openPorts(missing, agentPorts) })).toThrow('LANEWAY_DEAD_LETTER_QUEUE is not set');
  });

  it('gives requests only to whom their table is named', () => {
    expect(requestPortsOf(named('bus', 'timerQueue'))).toEqual({});
    expect(Object.keys(requestPortsOf(named('pendingTable', 'timerQueue')))).toEqual(['pending', 'timers']);
    expect(() => openPorts(named(), sealSignerPort).sealSigner).toThrow('LANEWAY_SEAL_KEY is not set');
  });
});

const ROOT = join(import.meta.dirname, '../../../..');
const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => join(folder, file));
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

test('few modules make adapters, and tests of and attacks on the adapters themselves', () => {
  const adapters = sources('shared/aws').flatMap((file) => {
    const [, name] = /^export class (\w+)[^]*?constructor\(\s*private readonly client\b/m.exec(textOf(file)) ?? [];
    return name === undefined ? [] : [name];
  });
  expect(adapters.length).toBeGreaterThan(25);
  const made = new RegExp(`\\bnew (${adapters.join('|')})\\(`);
  const kinds = ['kit', 'integration', 'e2e', 'outside', 'scenarios'].map((kind) => `test/${kind}`);
  const places = ['shared', 'functions', 'infra', 'cli', 'bench', 'tools', ...kinds];
  const makers = places.filter((folder) => existsSync(join(ROOT, folder))).flatMap(sources);
  // Damaged rows and attacks are read by the adapters themselves, over a table that they make.
  const allowed = [
    ...['kms', 's3', 'sfn', 'sqs', 'standings'].map((service) => `shared/aws/later-adapters/${service}.ts`),
    'shared/aws/ports.ts',
    'shared/aws/process-ports.ts',
    'bench/security/runs/attacks-on-agents.ts',
    'bench/security/runs/attacks-on-stored.ts',
    'test/kit/damage/damaged-kept.ts',
    'test/kit/damage/damaged-rows.ts',
  ];
  expect(makers.filter((file) => made.test(textOf(file))).sort()).toEqual(allowed.sort());
});

/** SDK clients whose code is in the bundle of an entry. */
async function clientsIn(entry: string): Promise<string[]> {
  const { metafile } = await build({
    ...FUNCTION_OPTIONS,
    external: ['./later-adapters/*'],
    entryPoints: [join(ROOT, entry)],
    absWorkingDir: ROOT,
    outdir: 'none',
    write: false,
    sourcemap: false,
    metafile: true,
  });
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs: found }) => Object.entries(found));
  const clients = inputs.flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput === 0 ? [] : (/@aws-sdk\/client-([a-z0-9-]+)\//.exec(path)?.[1] ?? []),
  );
  return [...new Set(clients)].sort();
}

test('a bundle holds the SDK clients of its own ports, and no others', async () => {
  expect(await clientsIn('functions/vehicle-maintenance/data-analysis/lambda.ts')).toEqual([
    ...['dynamodb', 'eventbridge'],
  ]);
  expect(await clientsIn('functions/platform/ledger-stream/lambda.ts')).toEqual(['dynamodb', 'eventbridge', 's3']);
  expect(await clientsIn('functions/platform/ledger-seal/lambda.ts')).toEqual(['dynamodb', 'kms', 's3']);
});
