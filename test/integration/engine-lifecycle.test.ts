import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keptEngine, recordKeptEngine, stopKeptEngine } from '../../infra/engines/kept-engine.js';
import { installMinistack } from '../../infra/engines/ministack-install.mjs';
import { scratchPrefix, startMinistack, type RunningMinistack } from '../../infra/engines/ministack.js';

const launcher = pathToFileURL(join(process.cwd(), 'infra/engines/ministack.ts')).href;

/** Starts an engine, tells of it, and lives on until it is killed. */
const parentScript = `
  import { startMinistack } from '${launcher}';
  const { endpoint, port, pid, supervisor } = await startMinistack();
  process.stdout.write(JSON.stringify({ endpoint, port, pid, supervisor }) + '\\n');
  if (process.env.THEN === 'throw') throw new Error('crash');
  setInterval(() => undefined, 1000);
`;

beforeAll(() => installMinistack(), 120_000);

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error('it did not come true within ten seconds');
}

const portIsFree = (port: number) =>
  new Promise<boolean>((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

const parents: ChildProcess[] = [];
afterEach(() => parents.splice(0).forEach((parent) => parent.kill('SIGKILL')));

async function startParent(then: string) {
  const args = ['--conditions=laneway-source', '--import', 'tsx', '--input-type=module', '-e', parentScript];
  const env = { ...process.env, THEN: then, NODE_OPTIONS: '' };
  const parent = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  parents.push(parent);
  const line = await new Promise<string>((done) =>
    parent.stdout.once('data', (chunk: Buffer) => done(chunk.toString())),
  );
  return { parent, engine: JSON.parse(line) as Pick<RunningMinistack, 'endpoint' | 'port' | 'pid' | 'supervisor'> };
}

async function expectNothingLeft({ pid, supervisor, port }: Pick<RunningMinistack, 'pid' | 'supervisor' | 'port'>) {
  // The group of the engine, Lambda workers included, has no member any more.
  await until(() => !alive(-pid) && !alive(supervisor));
  expect(await portIsFree(port)).toBe(true);
}

/** Has the engine run a function, and gives the process id of the worker, which stays warm. */
async function lambdaWorker(endpoint: string): Promise<number> {
  const client = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const role = { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } };
  const code = { ZipFile: 'exports.handler = async () => process.pid;' };
  const properties = { FunctionName: 'worker', Runtime: 'nodejs22.x', Handler: 'index.handler', Code: code };
  const resources = {
    Role: { Type: 'AWS::IAM::Role', Properties: role },
    Function: { Type: 'AWS::Lambda::Function', Properties: { ...properties, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  };
  const cloudFormation = new CloudFormationClient(client);
  const TemplateBody = JSON.stringify({ Resources: resources });
  await cloudFormation.send(new CreateStackCommand({ StackName: 'worker', TemplateBody }));
  await until(async () => {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'worker' }));
    return Stacks[0]?.StackStatus === 'CREATE_COMPLETE';
  });
  const lambda = new LambdaClient(client);
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'worker' }));
  lambda.destroy();
  cloudFormation.destroy();
  const answer = Payload?.transformToString() ?? '';
  if (!/^\d+$/.test(answer)) throw new Error(`the function answered ${answer}`);
  return Number(answer);
}

describe('MiniStack under the launcher', () => {
  it('takes the Lambda workers along when its parent is killed', async () => {
    const { parent, engine } = await startParent('wait');
    const worker = await lambdaWorker(engine.endpoint);
    expect(alive(worker)).toBe(true);
    parent.kill('SIGKILL');
    await expectNothingLeft(engine);
    await until(() => !alive(worker));
  }, 60_000);

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'leaves nothing when its parent gets %s',
    async (signal) => {
      const { parent, engine } = await startParent('wait');
      expect(alive(engine.pid)).toBe(true);
      parent.kill(signal);
      await expectNothingLeft(engine);
    },
    30_000,
  );

  it('leaves nothing when its parent crashes', async () => {
    const { engine } = await startParent('throw');
    await expectNothingLeft(engine);
  }, 60_000);

  it('leaves nothing, no scratch folder either, when it is stopped', async () => {
    const before = scratchFolders();
    const engine = await startMinistack();
    const during = scratchFolders().filter((name) => !before.includes(name));
    await engine.stop();
    await expectNothingLeft(engine);
    expect(during.length).toBeGreaterThan(0);
    // Other engines on this machine come and go meanwhile; ours is among the ones that have gone.
    expect(scratchFolders().filter((name) => during.includes(name)).length).toBeLessThan(during.length);
  }, 60_000);

  it('says so when its port is in use', async () => {
    const engine = await startMinistack();
    try {
      await expect(startMinistack({ port: engine.port })).rejects.toThrow(/in use[\s\S]*AWS_ENDPOINT_URL/);
    } finally {
      await engine.stop();
    }
  }, 60_000);

  it('is found and stopped by its record when it is kept', async () => {
    const project = mkdtempSync(join(tmpdir(), 'laneway-kept-'));
    const engine = await startMinistack({ keep: true });
    try {
      recordKeptEngine(engine, project);
      expect(await keptEngine(project)).toMatchObject({ endpoint: engine.endpoint, pid: engine.pid });
      expect(await stopKeptEngine(project)).toBe(true);
      await expectNothingLeft(engine);
      expect(await keptEngine(project)).toBeUndefined();
      expect(await stopKeptEngine(project)).toBe(false);
    } finally {
      await engine.stop();
      rmSync(project, { recursive: true, force: true });
    }
  }, 60_000);
});

const scratchFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith(scratchPrefix));
