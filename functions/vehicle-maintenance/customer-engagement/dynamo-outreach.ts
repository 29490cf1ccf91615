import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { OutreachStore } from './outreach-store.js';
import type { AwaitedResponse } from './response-tracking.js';

/** An {@link OutreachStore} on a DynamoDB table with partition key `pk` and sort key `sk`. Needs GetItem and PutItem. */
export function dynamoOutreach(options: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}): OutreachStore {
  const { client, tableName } = options;
  const put = async (awaited: AwaitedResponse, ConditionExpression: string): Promise<void> => {
    try {
      const Item = {
        ...keyOf(awaited.requestId),
        awaited,
        ...(awaited.answer === undefined ? {} : { answered: true }),
      };
      await client.send(new PutCommand({ TableName: tableName, Item, ConditionExpression }));
    } catch (error) {
      // It stands already: that is what the caller wants.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };
  return {
    open: (awaited) => put(awaited, 'attribute_not_exists(pk)'),
    get: async (requestId) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(requestId), ConsistentRead: true }),
      );
      return Item?.['awaited'] as AwaitedResponse | undefined;
    },
    answer: (awaited) => put(awaited, 'attribute_not_exists(answered)'),
  };
}

const keyOf = (requestId: string): { pk: string; sk: string } => ({ pk: `request#${requestId}`, sk: 'outreach' });
