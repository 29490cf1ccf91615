import { deliveryId } from '../../../../../shared/domain/evidence/conversation.js';
import { UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Buffer } from 'node:buffer';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamoDeliveryStore } from '../../../../../shared/aws/dynamo/dynamo-delivery-store.js';
import { factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import { newId } from '../../../../../shared/domain/base/ids.js';
import { anEnvelope, anOutcome, keyOfDelivery } from '../../../../kit/generators/sample-messages.js';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }), {
  marshallOptions: { removeUndefinedValues: true },
});
const dynamo = mockClient(documents);
const NOW = Date.UTC(2026, 0, 1);

beforeEach(() => dynamo.reset());

/** The error that DynamoDB throws at a failed condition, with the item as typed values. */
function conditionFailed(item?: Record<string, unknown>): Error {
  return Object.assign(new Error('The conditional request failed'), {
    name: 'ConditionalCheckFailedException',
    ...(item ? { Item: item } : {}),
  });
}

describe('DynamoDeliveryStore', () => {
  const store = new DynamoDeliveryStore(documents, 'ledger', new UnreadableRows());
  const envelope = anEnvelope({ causationid: newId(), requestid: newId(), correlationid: newId() });
  const key = keyOfDelivery(envelope, 'customer-engagement');
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
        pk: { S: `agent.${key.receiver}#${key.correlationId}` },
        sk: { S: deliveryId(key) },
        state: { S: 'leased' },
        owner: { S: 'somebody' },
        until: { S: until },
        tries: { N: '1' },
        alone: { BOOL: false },
        ...{ type: { S: 'Asked' }, channel: { S: envelope.channel }, priority: { S: 'normal' } },
        source: { S: envelope.source },
        ...{ time: { S: until }, expires: { S: until }, attempt: { N: '1' }, hops: { N: '0' } },
        ...{ first: { S: until }, updated: { S: until } },
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
