import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keptEngine, recordKeptEngine, stopKeptEngine } from '../../infra/engines/kept-engine.js';
import { installMinistack } from '../../infra/engines/ministack-install.mjs';
import { describeOn } from '../kit/stands/engine.js';
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

const describeOnMinistack = await describeOn(['ministack']);

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

describeOnMinistack('MiniStack under the launcher', () => {
  beforeAll(() => installMinistack(), 120_000);

  it('takes the Lambda workers along when its parent is killed', async () => {
    const { parent, engine } = await startParent('wait');
    const worker = await lambdaWorker(engine.endpoint);
    expect(alive(worker)).toBe(true);
    parent.kill('SIGKILL');
    await expectNothingLeft(engine);
    await until(() => !alive(worker));
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'leaves nothing when its parent gets %s',
    async (signal) => {
      const { parent, engine } = await startParent('wait');
      expect(alive(engine.pid)).toBe(true);
      parent.kill(signal);
      await expectNothingLeft(engine);
    },
  );

  it('leaves nothing when its parent crashes', async () => {
    const { engine } = await startParent('throw');
    await expectNothingLeft(engine);
  });

  it('leaves nothing, no scratch folder either, when it is stopped', async () => {
    const before = scratchFolders();
    const engine = await startMinistack();
    const during = scratchFolders().filter((name) => !before.includes(name));
    await engine.stop();
    await expectNothingLeft(engine);
    expect(during.length).toBeGreaterThan(0);
    // Other engines on this machine come and go meanwhile; ours is among the ones that have gone.
    expect(scratchFolders().filter((name) => during.includes(name)).length).toBeLessThan(during.length);
  });

  it('says so when its port is in use', async () => {
    const engine = await startMinistack();
    try {
      await expect(startMinistack({ port: engine.port })).rejects.toThrow(/in use[\s\S]*AWS_ENDPOINT_URL/);
    } finally {
      await engine.stop();
    }
  });

  it('has again after a clean stop what it had, but for running executions; after SIGKILL no more than it saved', async () => {
    const state = mkdtempSync(join(tmpdir(), 'laneway-state-'));
    const first = await startMinistack({ persist: state });
    const config = {
      endpoint: first.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const again = () => startMinistack({ persist: state, port: first.port });
    let engine = first;
    const [sqs, sfn, dynamo] = [new SQSClient(config), new SFNClient(config), new DynamoDBClient(config)];
    try {
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'kept' }));
      const TableName = 'kept';
      const keys = [{ AttributeName: 'pk', KeyType: 'HASH' as const }];
      const attributes = [{ AttributeName: 'pk', AttributeType: 'S' as const }];
      await dynamo.send(
        new CreateTableCommand({
          ...{ TableName, KeySchema: keys, AttributeDefinitions: attributes, BillingMode: 'PAY_PER_REQUEST' },
        }),
      );
      const write = async (text: string) => {
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }));
        await dynamo.send(new PutItemCommand({ TableName, Item: { pk: { S: text } } }));
      };
      const seen = async () => {
        const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
        const { Messages = [] } = await sqs.send(receive);
        const { Items = [] } = await dynamo.send(new ScanCommand({ TableName }));
        return { messages: Messages.map(({ Body }) => Body), items: Items.map(({ pk }) => pk?.S) };
      };
      const waiting = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3600, End: true } } };
      const roleArn = 'arn:aws:iam::000000000000:role/any';
      const { stateMachineArn } = await sfn.send(
        new CreateStateMachineCommand({ name: 'waiting', definition: JSON.stringify(waiting), roleArn }),
      );
      const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
      await write('saved');

      await engine.stop();
      engine = await again();
      expect(await seen()).toEqual({ messages: ['saved'], items: ['saved'] });
      expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
        ...{ status: 'FAILED', error: 'States.ServiceRestart' },
      });

      await write('forgotten');
      process.kill(engine.pid, 'SIGKILL');
      await expectNothingLeft(engine);
      engine = await again();
      expect(await seen()).toEqual({ messages: ['saved'], items: ['saved'] });
    } finally {
      await engine.stop();
      for (const client of [sqs, sfn, dynamo]) client.destroy();
      rmSync(state, { recursive: true, force: true });
    }
  });

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
  });
});

const scratchFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith(scratchPrefix));
