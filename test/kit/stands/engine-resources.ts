import { CreateTableCommand, DeleteTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, DeleteStateMachineCommand } from '@aws-sdk/client-sfn';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { createAwsClients, type AwsClients } from '../../../shared/aws/base/clients/all-clients.js';
import { newId } from '../../../shared/domain/base/ids.js';

/** Runs a suite against the engine at AWS_ENDPOINT_URL; says so and skips it where none is set. */
export function describeOnEngine(name: string, suite: (resources: EngineResources) => void): void {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  if (!endpoint) {
    console.warn(`SKIPPED: ${name} on an engine, as AWS_ENDPOINT_URL is not set (the memory adapter was tested)`);
    describe.skip(`${name} on an engine (AWS_ENDPOINT_URL is not set)`, () => {
      it('needs an engine', () => undefined);
    });
    return;
  }
  describe(`${name} on the engine`, () => {
    const resources = new EngineResources();
    afterAll(() => resources.destroy(), 60_000);
    suite(resources);
  });
}

const INDEX_KEYS = {
  due: ['dueHour', 'dueAt'],
  letters: ['letterPartition', 'letterAt'],
  approvals: ['asks', 'dueAt'],
} as const;

/** Tables, queues, buses and buckets of a suite, made when first asked for under names of their own, deleted after it. */
export class EngineResources {
  readonly clients: AwsClients = createAwsClients();
  readonly #made = new Map<string, Promise<string>>();
  readonly #undo: (() => Promise<unknown>)[] = [];

  /** A table in the shape of the ledger: pk, sk, indexes by due hour and of dead letters. */
  ledgerTable(): Promise<string> {
    return this.#table('ledger', ['pk', 'sk'], ['due', 'letters']);
  }

  /** A table in the shape of the pending requests: pk, indexes by due hour and of open approvals. */
  pendingTable(): Promise<string> {
    return this.#table('pending', ['pk'], ['due', 'approvals']);
  }

  /** URL of a standard queue. */
  queue(label: string): Promise<string> {
    return this.#once(`queue ${label}`, async () => {
      const { QueueUrl = '' } = await this.clients.sqs.send(new CreateQueueCommand({ QueueName: unique(label) }));
      this.#undo.push(() => this.clients.sqs.send(new DeleteQueueCommand({ QueueUrl })));
      return QueueUrl;
    });
  }

  bucket(): Promise<string> {
    return this.#once('bucket', async () => {
      const Bucket = unique('payloads');
      await this.clients.s3.send(new CreateBucketCommand({ Bucket }));
      this.#undo.push(async () => {
        const { Contents = [] } = await this.clients.s3.send(new ListObjectsV2Command({ Bucket }));
        const Objects = Contents.map(({ Key }) => ({ Key }));
        if (Objects.length > 0) await this.clients.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
        await this.clients.s3.send(new DeleteBucketCommand({ Bucket }));
      });
      return Bucket;
    });
  }

  /** Name of a bus whose events, all of them, go to the queue. */
  bus(queueUrl: string): Promise<string> {
    return this.#once('bus', async () => {
      const { eventBridge } = this.clients;
      const EventBusName = unique('bus');
      const Rule = 'everything';
      const Arn = await this.queueArn(queueUrl);
      await eventBridge.send(new CreateEventBusCommand({ Name: EventBusName }));
      const EventPattern = JSON.stringify({ source: [{ prefix: 'laneway.' }] });
      await eventBridge.send(new PutRuleCommand({ Name: Rule, EventBusName, EventPattern }));
      await eventBridge.send(new PutTargetsCommand({ Rule, EventBusName, Targets: [{ Id: 'queue', Arn }] }));
      this.#undo.push(async () => {
        await eventBridge.send(new RemoveTargetsCommand({ Rule, EventBusName, Ids: ['queue'] }));
        await eventBridge.send(new DeleteRuleCommand({ Name: Rule, EventBusName }));
        await eventBridge.send(new DeleteEventBusCommand({ Name: EventBusName }));
      });
      return EventBusName;
    });
  }

  /** ARN of a Standard state machine. */
  stateMachine(label: string, definition: object): Promise<string> {
    return this.#once(`machine ${label}`, async () => {
      const { stateMachineArn = '' } = await this.clients.sfn.send(
        new CreateStateMachineCommand({
          name: unique(label),
          definition: JSON.stringify(definition),
          roleArn: 'arn:aws:iam::000000000000:role/contract',
        }),
      );
      this.#undo.push(() => this.clients.sfn.send(new DeleteStateMachineCommand({ stateMachineArn })));
      return stateMachineArn;
    });
  }

  async queueArn(QueueUrl: string): Promise<string> {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
    return (await this.clients.sqs.send(command)).Attributes?.['QueueArn'] ?? '';
  }

  /** Receives and deletes until `count` different bodies have come or the time is over. */
  async drain(QueueUrl: string, count: number, within = 15_000): Promise<string[]> {
    const bodies = new Map<string, string>();
    const end = Date.now() + within;
    while (bodies.size < count && Date.now() < end) {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
      const { Messages = [] } = await this.clients.sqs.send(command);
      for (const { MessageId = '', Body = '', ReceiptHandle } of Messages) {
        bodies.set(MessageId, Body);
        await this.clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
    return [...bodies.values()];
  }

  async destroy(): Promise<void> {
    for (const undo of this.#undo.reverse()) {
      await undo().catch((error: unknown) => console.warn('a test resource was not deleted:', String(error)));
    }
  }

  #table(label: string, key: readonly string[], indexes: readonly (keyof typeof INDEX_KEYS)[]): Promise<string> {
    return this.#once(`table ${label}`, async () => {
      const TableName = unique(label);
      await this.clients.documents.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [...new Set([...key, ...indexes.flatMap((name) => INDEX_KEYS[name])])].map((name) => ({
            AttributeName: name,
            AttributeType: 'S',
          })),
          KeySchema: key.map((name, at) => ({ AttributeName: name, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index,
            KeySchema: INDEX_KEYS[index].map((name, at) => ({
              AttributeName: name,
              KeyType: at === 0 ? 'HASH' : 'RANGE',
            })),
            Projection: { ProjectionType: 'ALL' },
          })),
        }),
      );
      this.#undo.push(() => this.clients.documents.send(new DeleteTableCommand({ TableName })));
      await waitUntilTableExists({ client: this.clients.documents, maxWaitTime: 30, minDelay: 1 }, { TableName });
      return TableName;
    });
  }

  #once(key: string, make: () => Promise<string>): Promise<string> {
    const made = this.#made.get(key) ?? make();
    this.#made.set(key, made);
    return made;
  }
}

function unique(label: string): string {
  return `laneway-contract-${label}-${newId().slice(-12)}`;
}
