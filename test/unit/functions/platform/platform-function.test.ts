import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient, DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';
import { BatchWriteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, Handler, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import * as approvalPage from '../../../../functions/platform/approval-page/lambda.js';
import { variablesOf } from '../../../../functions/platform/declaration.js';
import { PLATFORM_FUNCTIONS, type DeclaredFunction } from '../../../../functions/platform/declarations.js';
import * as deadLetters from '../../../../functions/platform/dead-letters/lambda.js';
import * as deadlines from '../../../../functions/platform/deadlines/lambda.js';
import * as dispatcher from '../../../../functions/platform/dispatcher/lambda.js';
import * as ingress from '../../../../functions/platform/ingress/lambda.js';
import * as ledgerSeal from '../../../../functions/platform/ledger-seal/lambda.js';
import * as ledgerStream from '../../../../functions/platform/ledger-stream/lambda.js';
import * as registry from '../../../../functions/platform/registry/lambda.js';
import * as replies from '../../../../functions/platform/replies/lambda.js';
import * as starter from '../../../../functions/platform/starter/lambda.js';
import * as supervisor from '../../../../functions/platform/supervisor/lambda.js';
import * as sweeper from '../../../../functions/platform/sweeper/lambda.js';
import * as workflowEvents from '../../../../functions/platform/workflow-events/lambda.js';
import { DynamoCursorStore } from '../../../../shared/aws/dynamo/dynamo-cursor-store.js';
import { SfnExecutionReader } from '../../../../shared/aws/step-functions/sfn-execution-reader.js';
import { SqsLaneReturns } from '../../../../shared/aws/sqs/sqs-lane-returns.js';
import { ENVIRONMENT, type EnvironmentKey } from '../../../../shared/domain/base/environment.js';
import { shop } from '../../../kit/applications/fixture-topology.js';
import { commandAt, overTheBus, replyTo } from '../../../kit/stands/platform-world.js';

const DLQ = 'arn:aws:sqs:eu-west-1:1:Shop_warehouse_dead-letters';
const COMMON: readonly EnvironmentKey[] = ['bus', 'ledgerTable', 'payloadBucket'];
const VALUES: Partial<Record<EnvironmentKey, string>> = {
  deadLetterQueues: JSON.stringify({ 'arn:aws:sqs:eu-west-1:1:Unroutable': { kind: 'unroutable' } }),
  mailboxes: JSON.stringify({ prefix: 'Shop', like: 'https://sqs.example/1/any' }),
  workflows: JSON.stringify({ prefix: 'Shop', place: 'arn:aws:states:eu-west-1:1:stateMachine:' }),
  startRate: JSON.stringify({ perSecond: 20, burst: 100 }),
};

/** Variables that each function needs of the environment: the contract that the infrastructure sets. */
const NEEDS = {
  registry: [registry.create, [...COMMON, 'pendingTable', 'timerQueue', 'registryTable', 'mailboxes']],
  replies: [replies.create, [...COMMON, 'pendingTable', 'timerQueue', 'deadLetterQueue', 'registryTable']],
  deadlines: [deadlines.create, [...COMMON, 'pendingTable', 'timerQueue', 'deadLetterQueue', 'registryTable']],
  dispatcher: [dispatcher.create, [...COMMON, 'pendingTable', 'timerQueue']],
  starter: [starter.create, [...COMMON, 'pendingTable', 'timerQueue', 'deadLetterQueue', 'workflows', 'startRate']],
  'workflow-events': [workflowEvents.create, [...COMMON, 'pendingTable', 'timerQueue', 'workflows']],
  supervisor: [supervisor.create, [...COMMON, 'pendingTable', 'timerQueue', 'workflows']],
  'approval-page': [approvalPage.create, [...COMMON, 'approvalTable', 'linkKey']],
  ingress: [ingress.create, [...COMMON, 'deadLetterQueue', 'quarantineTable']],
  'dead-letters': [deadLetters.create, [...COMMON, 'pendingTable', 'timerQueue', 'mailboxes', 'deadLetterQueues']],
  'ledger-stream': [ledgerStream.create, [...COMMON, 'archiveBucket', 'chainTable']],
  'ledger-seal': [ledgerSeal.create, ['chainTable', 'sealBucket']],
  sweeper: [sweeper.create, [...COMMON, 'pendingTable', 'timerQueue', 'archiveBucket', 'quarantineTable']],
} as const satisfies Record<string, readonly [unknown, readonly EnvironmentKey[]]>;

const WORKFLOWS = { starts: { fulfil: 'OrderPlaced' }, awaited: [] };

const documents = mockClient(DynamoDBDocumentClient);
const sqs = mockClient(SQSClient);
const bus = mockClient(EventBridgeClient);
const s3 = mockClient(S3Client);
const sfn = mockClient(SFNClient);
const before = { ...process.env };

beforeEach(() => {
  for (const mock of [documents, sqs, bus, s3, sfn]) mock.reset();
  documents.on(BatchWriteCommand).resolves({});
  bus.on(PutEventsCommand).callsFake((input: { Entries: readonly unknown[] }) => ({
    Entries: input.Entries.map(() => ({ EventId: 'e' })),
  }));
  process.env = { ...before, AWS_REGION: 'eu-west-1', POWERTOOLS_LOG_LEVEL: 'SILENT' };
});
afterAll(() => {
  process.env = before;
});

function set(keys: readonly EnvironmentKey[]): void {
  for (const key of keys) process.env[ENVIRONMENT[key]] = VALUES[key] ?? `the-${key}`;
}

const context = { functionName: 'f', getRemainingTimeInMillis: () => 30_000 } as Context;

async function invoke(handler: Handler, event: unknown): Promise<unknown> {
  return await (handler as (event: unknown, context: Context) => Promise<unknown>)(event, context);
}

function queued(bodies: readonly string[], eventSourceARN = 'arn:aws:sqs:eu-west-1:1:q'): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      ...{ messageId: `c${index}`, receiptHandle: 'r', body, md5OfBody: '', eventSource: 'aws:sqs', eventSourceARN },
      ...{ awsRegion: 'eu-west-1', messageAttributes: {} },
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '0',
        SenderId: 's',
        ApproximateFirstReceiveTimestamp: '0',
      },
    })),
  };
}

describe('the platform functions', () => {
  it('need no variable that their declarations do not name', () => {
    const declared: readonly DeclaredFunction[] = PLATFORM_FUNCTIONS;
    expect(Object.keys(NEEDS).sort()).toEqual(declared.map(({ name }) => name).sort());
    for (const one of declared) expect(variablesOf(one)).toEqual(expect.arrayContaining([...NEEDS[one.name][1]]));
  });

  it.each(Object.entries(NEEDS).filter(([name]) => name !== 'dispatcher'))(
    '%s is composed from its environment',
    async (name, [create, keys]) => {
      set(keys);
      documents.onAnyCommand().resolves({ Items: [] });
      sfn.on(ListExecutionsCommand).resolves({ executions: [] });
      const visit = { requestContext: { http: { method: 'PUT' } }, headers: {}, rawPath: '/' };
      const result = await invoke(create(shop, WORKFLOWS), { Records: [], ...visit });
      if (name === 'sweeper') expect(result).toMatchObject({ looked: 0, complete: true });
      else if (name === 'registry') expect(result).toMatchObject({ changed: 0, complete: true });
      else if (name === 'supervisor') {
        expect(result).toMatchObject({ executions: 0, complete: true });
        // By default a page is a hundred executions, at five pages a second.
        expect(sfn.commandCalls(ListExecutionsCommand)[0]?.args[0].input).toMatchObject({
          ...{ maxResults: 1000, stateMachineArn: 'arn:aws:states:eu-west-1:1:stateMachine:Shop_fulfil' },
        });
      } else if (name === 'approval-page') expect(result).toMatchObject({ statusCode: 405 });
      else if (name === 'ledger-seal') expect(result).toMatchObject({ seal: 0, made: false });
      else expect(result).toMatchObject({ batchItemFailures: [] });
    },
  );

  it.each(
    Object.entries(NEEDS).flatMap(([name, [create, keys]]) =>
      keys
        .filter((key) => VALUES[key] === undefined)
        .map((key) => [name, key, create, keys.filter((other) => other !== key)] as const),
    ),
  )('%s without %s says so', async (_name, key, create, keys) => {
    set(keys);
    await expect(invoke(create(shop), { Records: [] })).rejects.toThrow(`${ENVIRONMENT[key]} is not set`);
  });

  it('return only the records that failed', async () => {
    set(NEEDS.replies[1]);
    const now = Date.now();
    const known = replyTo(commandAt(now, { id: 'known' }), now);
    const broken = replyTo(commandAt(now, { id: 'broken' }), now);
    documents.on(GetCommand).callsFake((input: { Key: { pk: string } }) => {
      if (input.Key.pk === 'broken') throw new Error('the table is away');
      return {};
    });
    const response = await invoke(
      replies.create(shop),
      queued([overTheBus(broken), overTheBus(known), overTheBus(known)]),
    );
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'c0' }] } satisfies SQSBatchResponse);
  });

  it('drain a dead letter queue: body, entry, reports and the metric, by receiver and in all', async () => {
    set(NEEDS['dead-letters'][1]);
    s3.on(PutObjectCommand).resolves({});
    documents.on(PutCommand).resolves({});
    const lines: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
    const response = await invoke(deadLetters.create(shop), queued(['not JSON'], DLQ)).finally(() => {
      process.stdout.write = write;
    });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Bucket: 'the-payloadBucket',
      Body: 'not JSON',
    });
    expect(documents.commandCalls(PutCommand)[0]?.args[0].input.Item).toMatchObject({
      pk: 'platform#unparsed#c0',
      reason: 'unparseable',
    });
    expect(bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries?.[0]).toMatchObject({
      Source: 'laneway.fixture-shop.platform.dead-letters',
      DetailType: 'ErrorReported',
    });
    const metric = lines.flatMap((line) =>
      line.includes('CloudWatchMetrics') ? [JSON.parse(line) as Record<string, unknown>] : [],
    );
    expect(metric).toMatchObject([
      { application: 'fixture-shop', receiver: 'warehouse', DeadLetters: 1 },
      { application: 'fixture-shop', DeadLetters: 1 },
    ]);
    expect(JSON.stringify(metric)).toContain('"Dimensions":[["application","receiver"]]');
    expect(JSON.stringify(metric)).toContain('"Dimensions":[["application"]]');
    expect(JSON.stringify(metric)).toContain('"Namespace":"Laneway"');
  });

  it('refuse a queue that is no dead letter queue of theirs', async () => {
    set(NEEDS['dead-letters'][1]);
    expect(await invoke(deadLetters.create(shop), queued(['{}'], 'arn:other'))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'c0' }],
    });
  });
});

describe('their adapters', () => {
  it('keep a cursor', async () => {
    const cursors = new DynamoCursorStore(
      DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-west-1' })),
      'pending',
    );
    documents
      .on(GetCommand)
      .resolvesOnce({})
      .resolves({ Item: { pk: 'cursor#intents', value: 7 } });
    documents.on(PutCommand).resolves({});
    expect([await cursors.get('intents'), await cursors.get('intents')]).toEqual([undefined, 7]);
    await cursors.put('intents', 8);
    expect(documents.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'pending',
      Item: { pk: 'cursor#intents', value: 8 },
    });
  });

  it('put a copy back into the lane that takes its priority', async () => {
    sqs.on(SendMessageCommand).resolves({});
    const returns = new SqsLaneReturns(new SQSClient({ region: 'eu-west-1' }), {
      warehouse: { high: 'https://q/high', 'direct-normal': 'https://q/direct' },
    });
    await returns.put({ receiver: 'warehouse', lane: 'normal', direct: false, body: 'text', returns: 2 });
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
      ...{ QueueUrl: 'https://q/high', MessageBody: 'text' },
      MessageAttributes: { 'laneway-returns': { DataType: 'Number', StringValue: '2' } },
    });
    await expect(
      returns.put({ receiver: 'x', lane: 'high', direct: false, body: '', returns: 1 }),
    ).rejects.toMatchObject({
      code: 'UNKNOWN_RECEIVER',
    });
    await returns.put({ receiver: 'warehouse', lane: 'low', direct: true, body: 'bare', returns: 1 });
    expect(sqs.commandCalls(SendMessageCommand)[1]?.args[0].input.QueueUrl).toBe('https://q/direct');
  });

  it('read an execution', async () => {
    const reader = new SfnExecutionReader(new SFNClient({ region: 'eu-west-1' }));
    sfn.on(DescribeExecutionCommand).resolvesOnce({ input: '{"a":1}', error: 'E' }).rejectsOnce(new Error('away'));
    expect(await reader.describe('arn')).toEqual({ input: { a: 1 }, error: 'E' });
    await expect(reader.describe('arn')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
