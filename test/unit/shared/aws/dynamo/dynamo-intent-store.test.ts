import { UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamoIntentStore } from '../../../../../shared/aws/dynamo/dynamo-intent-store.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { anEnvelope } from '../../../../kit/generators/sample-messages.js';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }), {
  marshallOptions: { removeUndefinedValues: true },
});
const dynamo = mockClient(documents);
const NOW = Date.UTC(2026, 0, 1);

beforeEach(() => dynamo.reset());

function conditionFailed(item?: Record<string, unknown>): Error {
  return Object.assign(new Error('The conditional request failed'), {
    name: 'ConditionalCheckFailedException',
    ...(item ? { Item: item } : {}),
  });
}

describe('DynamoIntentStore', () => {
  const store = () => new DynamoIntentStore(documents, 'ledger', new MemoryPayloads(), new UnreadableRows());

  it('writes each intent on the condition that its id is new or has the same body', async () => {
    dynamo.on(PutCommand).resolves({});
    const intents = Array.from({ length: 27 }, () => ({ envelope: anEnvelope(), expected: [] }));
    expect(await store().record(intents, NOW)).toBeUndefined();
    const calls = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input);
    expect(calls.map(({ Item }) => Item?.['envelope'] as string)).toEqual(
      intents.map(({ envelope }) => JSON.stringify(envelope)),
    );
    for (const { ConditionExpression, Item, ExpressionAttributeValues } of calls) {
      expect(ConditionExpression).toBe('attribute_not_exists(#body) OR #body = :body');
      expect(Item?.['body']).toBe(ExpressionAttributeValues?.[':body']);
    }
  });

  it('gives back the message that stands with another body', async () => {
    const first = anEnvelope();
    dynamo.on(PutCommand).rejects(
      conditionFailed({
        ...{ pk: { S: `agent.asker#${first.correlationid}` }, sk: { S: `m#${first.id}` } },
        ...{ envelope: { S: JSON.stringify(first) }, expected: { S: '["a"]' } },
      }),
    );
    const second = { ...first, data: { other: true } };
    expect(await store().record([{ envelope: second, expected: ['a'] }], NOW)).toEqual([
      { envelope: first, expected: ['a'] },
    ]);
  });
});
