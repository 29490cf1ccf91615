import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';

/** A table of its own on the engine that AWS_ENDPOINT_URL names: partition key `pk`, sort key `sk`. */
export interface TestTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly drop: () => Promise<void>;
}

/** `describe` when there is an engine; else it says loudly that the suite is skipped. */
export function describeOnEngine(title: string, suite: () => void): void {
  if (process.env['AWS_ENDPOINT_URL'] !== undefined) describe(title, suite);
  else describe.skip(`${title} (SKIPPED: set AWS_ENDPOINT_URL to an engine)`, suite);
}

export async function createTable(): Promise<TestTable> {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined) throw new Error('AWS_ENDPOINT_URL is not set: this suite runs on an engine only');
  const raw = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const tableName = `contract-${randomUUID()}`;
  await raw.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  );
  await waitUntilTableExists({ client: raw, maxWaitTime: 60, minDelay: 1 }, { TableName: tableName });
  const drop = async (): Promise<void> => {
    await raw.send(new DeleteTableCommand({ TableName: tableName }));
    raw.destroy();
  };
  return { client: DynamoDBDocumentClient.from(raw), tableName, drop };
}
