import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient, SendTaskSuccessCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { BatchWriteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Buffer } from 'node:buffer';
import { mockClient } from 'aws-sdk-client-mock';
import { createAwsClients } from '../../../shared/aws/base/clients.js';
import { DynamoDeliveryStore } from '../../../shared/aws/dynamo/dynamo-delivery-store.js';
import { DynamoIntentStore } from '../../../shared/aws/dynamo/dynamo-intent-store.js';
import { SfnResumer } from '../../../shared/aws/step-functions/sfn-resumer.js';
import { SfnStarter } from '../../../shared/aws/step-functions/sfn-starter.js';
import { factsOf } from '../../../shared/domain/delivery/delivery.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { MemoryPayloads } from '../../../shared/testing/memory/memory-payloads.js';
import { anEnvelope, anOutcome, keyOf } from '../../kit/generators/sample-messages.js';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }), {
  marshallOptions: { removeUndefinedValues: true },
});
const dynamo = mockClient(documents);
const sfn = mockClient(SFNClient);
const NOW = Date.UTC(2026, 0, 1);

beforeEach(() => {
  dynamo.reset();
  sfn.reset();
});

/** What DynamoDB throws at a failed condition, with the item as typed values. */
function conditionFailed(item?: Record<string, unknown>): Error {
  return Object.assign(new Error('The conditional request failed'), {
    name: 'ConditionalCheckFailedException',
    ...(item ? { Item: item } : {}),
  });
}

describe('DynamoDeliveryStore', () => {
  const store = new DynamoDeliveryStore(documents, 'ledger');
  const envelope = anEnvelope({ causationid: newId(), requestid: newId(), correlationid: newId() });
  const key = keyOf(envelope, 'customer-engagement');
  const lease = (owner = newId()) =>
    store.lease(key, factsOf(envelope), { owner, now: NOW, until: NOW + 30_000, alone: false });
  const requests = () => dynamo.calls().length;

  it('makes a first lease with one request, of an item under a kilobyte', async () => {
    dynamo.on(UpdateCommand).resolves({ Attributes: { tries: 1 } });
    expect(await lease()).toEqual({ kind: 'leased', tries: 1 });
    expect(requests()).toBe(1);
    const input = dynamo.commandCalls(UpdateCommand)[0]?.args[0].input;
    const parts: unknown[] = [
      ...Object.values(input?.ExpressionAttributeNames ?? {}),
      ...Object.values<unknown>(input?.ExpressionAttributeValues ?? {}),
      ...Object.entries<unknown>(input?.Key ?? {}).flat(),
    ];
    const texts = parts.filter((part) => typeof part === 'string');
    expect(Buffer.byteLength(texts.join(''))).toBeLessThan(900);
  });

  it('refuses with one request, reading the item that stands in the way', async () => {
    const until = new Date(NOW + 5_000).toISOString();
    dynamo.on(UpdateCommand).rejects(
      conditionFailed({
        pk: { S: key.correlationId },
        sk: { S: `d#${key.messageId}#${key.receiver}` },
        state: { S: 'leased' },
        owner: { S: 'somebody' },
        until: { S: until },
        tries: { N: '1' },
        alone: { BOOL: false },
      }),
    );
    expect(await lease()).toEqual({ kind: 'busy', until: NOW + 5_000 });
    expect(requests()).toBe(1);
  });

  it('writes an outcome with one request, without a TTL while its dead letter is open', async () => {
    dynamo.on(UpdateCommand).resolves({ Attributes: {} });
    expect(await store.settle(key, 'me', anOutcome(NOW))).toBe('stored');
    expect(await store.settle(key, 'me', anOutcome(NOW, { state: 'dead-lettered' }))).toBe('stored');
    const [completed, dead] = dynamo.commandCalls(UpdateCommand).map(({ args }) => args[0].input);
    expect(requests()).toBe(2);
    expect(completed?.ExpressionAttributeValues?.[':ttl']).toBe(NOW / 1000 + 21 * 86_400);
    expect(dead?.UpdateExpression).toMatch(/REMOVE .*#ttl/);
    expect(dead?.ExpressionAttributeValues).not.toHaveProperty(':ttl');
  });

  it('starts over when the item vanished between two looks, and gives up in the end', async () => {
    dynamo
      .on(UpdateCommand)
      .rejectsOnce(conditionFailed())
      .resolves({ Attributes: { tries: 1 } });
    expect(await lease()).toEqual({ kind: 'leased', tries: 1 });
    dynamo.reset();
    dynamo.on(UpdateCommand).rejects(conditionFailed());
    await expect(lease()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('says what was attempted when DynamoDB fails', async () => {
    dynamo.on(UpdateCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(lease()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await expect(lease()).rejects.toThrow(/lease of .* for customer-engagement: ThrottlingException: slow down/);
  });
});

describe('DynamoIntentStore', () => {
  it('writes 25 a call and repeats what was not processed', async () => {
    let call = 0;
    dynamo.on(BatchWriteCommand).callsFake((input: { RequestItems: Record<string, unknown[]> }) => {
      const given = input.RequestItems['ledger'] ?? [];
      return call++ === 0 ? { UnprocessedItems: { ledger: given.slice(23) } } : {};
    });
    const intents = Array.from({ length: 27 }, () => ({ envelope: anEnvelope(), expected: [] }));
    await new DynamoIntentStore(documents, 'ledger', new MemoryPayloads()).record(intents, NOW);
    const sizes = dynamo
      .commandCalls(BatchWriteCommand)
      .map(({ args }) => args[0].input.RequestItems?.['ledger']?.length);
    expect(sizes).toEqual([25, 2, 2]);
  });
});

describe('Step Functions', () => {
  const client = new SFNClient({ region: 'us-east-1' });
  const failure = (name: string) => Object.assign(new Error('x'), { name });

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('finds the token gone at %s', async (name) => {
    sfn.on(SendTaskSuccessCommand).rejects(failure(name));
    expect(await new SfnResumer(client).succeed('secret-token', {})).toBe('gone');
  });

  it('says UNAVAILABLE for anything else, without the token', async () => {
    sfn.on(SendTaskSuccessCommand).rejects(failure('ThrottlingException'));
    const error = await new SfnResumer(client).succeed('secret-token', {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(String(error)).not.toContain('secret-token');
  });

  it('takes an execution that exists for started before', async () => {
    sfn.on(StartExecutionCommand).rejects(failure('ExecutionAlreadyExists'));
    expect(await new SfnStarter(client, { w: 'arn' }).start('w', 'name', {})).toBe('exists');
  });
});

describe('createAwsClients', () => {
  it('builds a client at its first use and keeps it', () => {
    const clients = createAwsClients({ region: 'us-east-1' });
    expect(clients.sqs).toBe(clients.sqs);
    expect(createAwsClients({ region: 'us-east-1' }).sqs).not.toBe(clients.sqs);
  });

  it('addresses buckets by path where an endpoint is set', () => {
    const clients = createAwsClients({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' });
    expect(clients.s3.config.forcePathStyle).toBe(true);
  });
});
