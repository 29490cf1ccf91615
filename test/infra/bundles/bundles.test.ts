import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { bundleSettings } from '../../../infra/application/bundle-settings.js';
import { vehicleMaintenance } from '../../../infra/applications/vehicle-maintenance.js';
import { bundle, hasSourceMaps } from '../../../infra/constructs/bundle.js';
import type { BundleSizes } from '../../../infra/constructs/bundle-parts.js';

/** KB that the functions of the reference application may load at their start: 2 % over what they did when this was written. */
const BUDGETS: Readonly<Record<string, number>> = {
  'customer-engagement': 640,
  'data-analysis': 525,
  'master-orchestrator': 525,
  'platform_approval-page': 490,
  'platform_dead-letters': 514,
  platform_deadlines: 535,
  platform_dispatcher: 510,
  platform_ingress: 492,
  'platform_ledger-seal': 596,
  'platform_ledger-stream': 650,
  platform_registry: 494,
  platform_replies: 538,
  platform_starter: 533,
  platform_supervisor: 546,
  platform_sweeper: 525,
  'platform_workflow-events': 526,
  scheduling: 525,
};

const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-bundles-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe('the bundles of the reference application', () => {
  const outdir = newFolder();
  const work = join(outdir, '.laneway');
  const sizes = new Map<string, BundleSizes>();

  beforeAll(() => {
    vehicleMaintenance(new App({ outdir }), 'Vehicles', {
      ...{ sender: 'service@vehicles.example', respondWithin: '24 hours', approvalLinks: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const file of readdirSync(join(work, 'sizes')))
      sizes.set(file.replace('.json', ''), JSON.parse(readFileSync(join(work, 'sizes', file), 'utf8')) as BundleSizes);
  });

  it('stay within their budgets', () => {
    expect([...sizes.keys()].sort()).toEqual(Object.keys(BUDGETS).sort());
    const over = [...sizes].filter(([name, { start }]) => start > (BUDGETS[name] ?? 0) * 1_000);
    expect(over.map(([name, { start }]) => `${name}: ${start} bytes`)).toEqual([]);
  });

  it('hold no provider of credentials but the environment’s, and in an agent neither S3 nor SQS', () => {
    const held = (name: string): string[] => (sizes.get(name)?.contents ?? []).map(({ from }) => from);
    const chain = [...sizes.keys()].flatMap((name) =>
      held(name).filter((from) => /nested-clients|credential-provider-(?!env)/.test(from)),
    );
    expect(chain).toEqual([]);
    expect(held('data-analysis').filter((from) => from.startsWith('@aws-sdk/client-'))).toEqual([
      '@aws-sdk/client-dynamodb',
      '@aws-sdk/client-eventbridge',
    ]);
  });

  it('have what they load later beside them, and their source maps elsewhere', () => {
    const folder = join(work, 'bundles', 'platform_replies');
    const later = readdirSync(join(folder, 'later-adapters'));
    expect(later).toEqual(expect.arrayContaining(['package.json', 's3.js', 'sfn.js', 'sqs.js']));
    expect(later).not.toContain('kms.js');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
    const map = join(work, 'maps', 'platform_replies', 'platform_replies.mjs.map');
    const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { readonly sources: readonly string[] };
    const own = sources.filter((source) => source.endsWith('shared/aws/ports.ts'));
    expect(own.map((source) => existsSync(join(dirname(map), source)))).toEqual([true]);
  });

  it('load on Node alone, and the adapters with them', () => {
    const folder = join(work, 'bundles', 'platform_deadlines');
    const adapters = readdirSync(join(folder, 'later-adapters')).filter((file) => /^[a-z0-9]+\.js$/.test(file));
    expect(adapters.sort()).toEqual(['kms.js', 's3.js', 'sfn.js', 'sqs.js', 'standings.js']);
    const text = `
      const { handler } = await import('./index.mjs');
      const names = [typeof handler];
      for (const file of ${JSON.stringify(adapters)}) names.push(...Object.keys(await import('./later-adapters/' + file)));
      console.log(names.join(' '));`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
      ...{ cwd: folder, encoding: 'utf8' },
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(`${run.stdout}${run.stderr}`.trim()).toBe(
      'function makeLinkSigner makeArchive makePayloads makeResumer makeDeadLetters makeLanes makeQueueUrls makeReceipts makeReturns makeTimers makeStandings',
    );
  });
});

describe('bundles', () => {
  const entryOf = (text: string): string => {
    const entry = join(newFolder(), 'entry.mjs');
    writeFileSync(entry, text);
    return entry;
  };
  const stackOf = (context = {}): Stack => new Stack(new App({ outdir: newFolder(), context }), 'Bundles');
  const large = entryOf(`export const handler = () => ${JSON.stringify('x'.repeat(3_000))};\n`);

  it('over their budget are refused, each kind by its own', () => {
    const settings = bundleSettings({ agentKilobytes: 1 });
    expect(() => bundle(stackOf(), new Map([['sorter', large]]), settings)).toThrow(
      /'sorter' is 4 KB at its start[^]*allowed: 1 KB[^]*raise the budget/,
    );
    expect(() => bundle(stackOf(), new Map([['platform_sweeper', large]]), settings)).not.toThrow();
    expect(() =>
      bundle(stackOf({ 'laneway:engine': 'ministack' }), new Map([['sorter', large]]), settings),
    ).not.toThrow();
    for (const agentKilobytes of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => bundleSettings({ agentKilobytes })).toThrow(/agentKilobytes is .*[^]*kilobytes over 0/);
  });

  it('keep names where that is asked for', async () => {
    const named = entryOf(
      'class OutOfStock extends Error {}\nexport const handler = () => new OutOfStock().constructor.name;\n',
    );
    const nameWith = async (keepNames: boolean): Promise<string> => {
      const stack = stackOf();
      bundle(stack, new Map([['sorter', named]]), bundleSettings({ keepNames }));
      const file = join((stack.node.root as App).outdir, '.laneway/bundles/sorter/index.mjs');
      const { handler } = (await import(pathToFileURL(file).href)) as { readonly handler: () => string };
      return handler();
    };
    expect(await nameWith(true)).toBe('OutOfStock');
    expect(await nameWith(false)).not.toBe('OutOfStock');
  });

  it('have source maps beside them where that is asked for, and on a local engine', () => {
    const mapped = (context: object, sourceMaps?: boolean): boolean => {
      const code = bundle(stackOf(context), new Map([['sorter', large]]), { sourceMaps }).get('sorter');
      return code !== undefined && hasSourceMaps(code);
    };
    expect(mapped({})).toBe(false);
    expect(mapped({}, true)).toBe(true);
    expect(mapped({ 'laneway:engine': 'ministack' })).toBe(true);
    expect(mapped({ 'laneway:engine': 'ministack' }, false)).toBe(false);
  });

  it('stream events by a file beside them, also where a client of the user’s imports it', async () => {
    const resolved = import.meta.resolve('@smithy/core/package.json');
    const core = dirname(fileURLToPath(resolved));
    const entry = entryOf("export { EventStreamMarshaller as handler } from '@smithy/core/event-streams';\n");
    mkdirSync(join(dirname(entry), 'node_modules', '@smithy'), { recursive: true });
    symlinkSync(core, join(dirname(entry), 'node_modules', '@smithy', 'core'));
    const stack = stackOf();
    bundle(stack, new Map([['sorter', entry]]));
    const folder = join((stack.node.root as App).outdir, '.laneway/bundles/sorter');
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toContain('./later-adapters/event-streams.js');
    const { handler } = (await import(pathToFileURL(join(folder, 'index.mjs')).href)) as { readonly handler: unknown };
    expect(typeof handler).toBe('function');
  });

  it('refuse a folder of the user’s that has the name of the adapters’', () => {
    const entry = entryOf("export const handler = () => import('./later-adapters/mine.js');\n");
    mkdirSync(join(dirname(entry), 'later-adapters'));
    writeFileSync(join(dirname(entry), 'later-adapters', 'mine.js'), 'export {};\n');
    expect(() => bundle(stackOf(), new Map([['sorter', entry]]))).toThrow(
      /no \.\/later-adapters\/mine\.js[^]*another name/,
    );
  });
});
