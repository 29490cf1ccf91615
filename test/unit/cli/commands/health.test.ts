import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkCopies, checkNode, checkPackages } from '../../../../cli/commands/examine/doctor/check-packages.js';
import { checkAccount, checkDeployed, checkPorts } from '../../../../cli/commands/examine/doctor/check-surroundings.js';
import { consumerFaults, type Mapping } from '../../../../cli/commands/examine/health/check-consumers.js';
import { judgeQueues } from '../../../../cli/commands/examine/health/check-application.js';
import { exitOf, fail, findAll, findingsText, ok, warn } from '../../../../cli/commands/examine/health/finding.js';
import { plainPaint } from '../../../../cli/render/paint.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { storeModel } from '../../../../shared/topology/deployed/stored-model.js';
import { shop } from '../../../kit/applications/fixture-topology.js';

const folder = mkdtempSync(join(tmpdir(), 'laneway-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

/** A folder with these package.json files, by path. */
function tree(packages: Record<string, object>): string {
  const root = join(folder, String(made++));
  for (const [path, content] of Object.entries(packages)) {
    const file = join(root, path, 'package.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(content));
  }
  return root;
}
const laneway = {
  ...{ name: 'laneway', version: '0.3.0', engines: { node: '>=20.19' } },
  peerDependencies: { zod: '^4.6.7', jsonata: '^2.2.2' },
  peerDependenciesMeta: { jsonata: { optional: true } },
};

describe('findings', () => {
  it('end with 1 when one has failed, with 0 for warnings, and a check that throws has failed', async () => {
    const findings = await findAll({
      bus: () => ok('takes events'),
      queues: () => warn('many wait', 'laneway queues'),
    });
    expect(exitOf(findings)).toBe(0);
    const broken = await findAll({
      table: () => Promise.reject(Object.assign(new Error('denied\nmore'), { name: 'AccessDeniedException' })),
      bus: () => fail('refuses events'),
    });
    expect(exitOf(broken)).toBe(1);
    expect(broken[0]).toEqual({ check: 'table', state: 'fail', told: 'AccessDeniedException: denied' });
    expect(findingsText(findings, plainPaint).split('\n')).toEqual([
      'ok    bus     takes events',
      'warn  queues  many wait',
      '',
      'queues: laneway queues',
    ]);
  });
});

describe('doctor', () => {
  it('knows a Node that is too old', () => {
    expect(checkNode(laneway, '20.19.0').state).toBe('ok');
    expect(checkNode(laneway, '18.20.1')).toMatchObject({ state: 'fail', told: '18.20.1; Laneway needs >=20.19' });
  });

  it('names what is missing beside laneway or out of range, and what to type', () => {
    const app = { name: 'app', dependencies: { laneway: '0.3.0' } };
    expect(checkPackages(tree({ '.': app, 'node_modules/zod': { version: '4.7.0' } }), laneway).state).toBe('ok');
    expect(checkPackages(tree({ '.': app, 'node_modules/zod': { version: '3.25.0' } }), laneway)).toEqual(
      fail('zod is 3.25.0, expected ^4.6.7', "npm install 'zod@^4.6.7'"),
    );
    const old = tree({
      '.': app,
      'node_modules/zod': { version: '4.7.0' },
      'node_modules/jsonata': { version: '1.8.0' },
    });
    expect(checkPackages(old, laneway).told).toBe('jsonata is 1.8.0, expected ^2.2.2');
    expect(checkPackages(tree({ '.': app }), laneway).told).toBe('zod is not installed, expected ^4.6.7');
    expect(checkPackages(tree({ '.': { name: 'app' } }), laneway).fix).toBe('npm install laneway');
    const inner = tree({ '.': { name: 'workspace' }, 'node_modules/zod': { version: '4.7.0' }, 'apps/one': app });
    expect(checkPackages(join(inner, 'apps/one'), laneway).state).toBe('ok');
  });

  it('finds two copies of laneway in one tree, the worse in two versions', () => {
    const one = { 'node_modules/laneway': laneway, 'node_modules/zod': { version: '4.7.0' } };
    expect(checkCopies(tree(one))).toEqual(ok('one copy of laneway'));
    const same = checkCopies(tree({ ...one, 'node_modules/@acme/messages/node_modules/laneway': laneway }));
    expect(same).toMatchObject({ state: 'warn', fix: 'npm dedupe' });
    const other = { ...laneway, version: '0.2.0' };
    const two = checkCopies(tree({ ...one, 'node_modules/messages/node_modules/laneway': other }));
    expect(two.state).toBe('fail');
    expect(two.told).toMatch(/2 copies of laneway: .*\(0\.3\.0\).*\(0\.2\.0\)/);
  });

  it('tells from the environment alone what an account lacks', () => {
    const env = { HOME: folder };
    expect(checkAccount({ kind: 'ministack', endpoint: 'http://127.0.0.1:1' }, env).state).toBe('ok');
    expect(checkAccount({ kind: 'aws' }, env)).toMatchObject({
      state: 'warn',
      told: expect.stringContaining('a region and credentials') as string,
      fix: expect.stringContaining('laneway engine start') as string,
    });
    expect(checkAccount({ kind: 'aws' }, { ...env, AWS_REGION: 'eu-west-1', AWS_PROFILE: 'work' }).state).toBe('ok');
  });

  it('holds what is deployed against the checkout and the installed Laneway', async () => {
    const stored = storeModel(shop, { framework: '0.3.0', workflows: [] });
    const load = () => Promise.resolve(shop);
    const told = async (model: typeof stored | undefined, installed = '0.3.0') =>
      (await checkDeployed(load, () => Promise.resolve(model), installed)).told;
    expect(await told(stored)).toBe("'fixture-shop' is deployed as the checkout has it");
    expect(await told({ ...stored, topology: { ...shop.model, hopLimit: 3 } })).toContain(
      'hopLimit is 32 here, 3 there',
    );
    expect(await told(stored, '0.4.0')).toContain('Laneway is 0.4.0 here, 0.3.0 there');
    expect(await told(undefined)).toContain('earlier Laneway');
    const missing = () => Promise.reject(new LanewayError('NOT_FOUND', 'no stacks'));
    expect(await checkDeployed(load, missing, '0.3.0')).toEqual(ok("'fixture-shop' is not deployed"));
  });

  it('really listens on a port', async () => expect((await checkPorts()).state).toBe('ok'));
});

describe('consumers', () => {
  const deployment = {
    ...{ LaneScannerLow: 'https://sqs/1/scan-low', DeadLettersScanner: 'https://sqs/1/scan-dead' },
    ...{ FunctionScanner: 'scan', PlatformFunctionDeadLetters: 'drain', TimerQueue: 'https://sqs/1/timers' },
  };
  const lanes = shop.model.agents['scanner']?.lanes ?? [];
  const mapping = (queue: string, fn: string, State = 'Enabled'): Mapping => ({
    ...{ EventSourceArn: `arn:aws:sqs:eu-west-1:1:${queue}`, State },
    FunctionArn: `arn:aws:lambda:eu-west-1:1:function:${fn}`,
  });

  it('are enough with an enabled mapping of an own function for each queue', () => {
    expect(lanes).toContain('low');
    const whole = [mapping('scan-low', 'scan'), mapping('scan-dead', 'drain')];
    expect(consumerFaults(shop.model, deployment, whole)).toEqual([]);
    expect(consumerFaults(shop.model, deployment, [mapping('scan-low', 'scan', 'Disabled'), whole[1] ?? {}])).toEqual([
      'nothing empties scanner low: its mapping is Disabled',
    ]);
    expect(consumerFaults(shop.model, deployment, [mapping('scan-low', 'elsewhere'), whole[1] ?? {}])).toEqual([
      'nothing empties scanner low: its mapping is not there',
    ]);
  });

  it('are asked for of every deployed function of the platform behind the timers and the stream', () => {
    const whole = [mapping('scan-low', 'scan'), mapping('scan-dead', 'drain')];
    const more = { ...deployment, PlatformFunctionDeadlines: 'late', PlatformFunctionLedgerStream: 'archive' };
    expect(consumerFaults(shop.model, more, whole)).toEqual([
      'nothing empties (platform) timers: its mapping is not there',
      "nothing reads the ledger's stream: its mapping is not there",
    ]);
    const stream = { EventSourceArn: 'arn:aws:dynamodb:eu-west-1:1:table/t/stream/s', State: 'Disabled' };
    const archive = { ...stream, FunctionArn: 'arn:aws:lambda:eu-west-1:1:function:archive' };
    expect(consumerFaults(shop.model, more, [...whole, mapping('timers', 'late'), archive])).toEqual([
      "nothing reads the ledger's stream: its mapping is Disabled",
    ]);
    const enabled = { ...archive, State: 'Enabled' };
    expect(consumerFaults(shop.model, more, [...whole, mapping('timers', 'late'), enabled])).toEqual([]);
  });

  it('of a worker are processes, which no mapping tells of', () => {
    const { scanner } = shop.model.agents;
    if (scanner === undefined) throw new Error('the shop has no scanner');
    const model = { ...shop.model, agents: { ...shop.model.agents, scanner: { ...scanner, runs: 'worker' as const } } };
    expect(consumerFaults(model, deployment, [mapping('scan-dead', 'drain')])).toEqual([]);
  });

  it('that lag behind are named, by the depth of the channel', () => {
    const queue = { owner: 'clerk', queue: 'normal', kind: 'lane' as const, url: '', inFlight: 2, delayed: 0 };
    const most = Math.min(
      ...Object.values(shop.model.channels)
        .filter(({ subscribers }) => subscribers.includes('clerk'))
        .map(({ qos }) => qos.maxDepth),
    );
    expect(judgeQueues(shop.model, [{ ...queue, depth: most }])).toEqual(
      ok(`1 queues, ${most} messages wait, 2 are in flight`),
    );
    expect(judgeQueues(shop.model, [{ ...queue, depth: most + 1 }]).told).toBe(
      `too many wait: clerk normal: ${most + 1}`,
    );
    const dead = { ...queue, queue: 'dead letters', kind: 'dead-letters' as const, depth: 1 };
    expect(judgeQueues(shop.model, [dead])).toMatchObject({ state: 'warn', fix: 'laneway queues' });
  });
});
