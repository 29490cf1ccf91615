import { GetCommand, PutCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { createHash } from 'node:crypto';
import type { Feedback, Insight } from '../schemas.js';
import { insightKey, type FeedbackStore } from './feedback-store.js';

/**
 * A {@link FeedbackStore} on a DynamoDB table with partition key `pk` and sort key `sk`, both strings. Feedback lies in one partition
 * for each UTC month, so that a window is one query a month and no partition grows without end; told insights lie in one. Needs
 * GetItem, PutItem and Query. Reads are strongly consistent: a feedback just appended counts.
 */
export function dynamoFeedback(options: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}): FeedbackStore {
  const { client, tableName } = options;

  /** True if the item is new. */
  async function putOnce(Item: Record<string, unknown>): Promise<boolean> {
    try {
      await client.send(
        new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function query(pk: string, low: string, high: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: tableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: { ':pk': pk, ':low': low, ':high': high },
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  }

  return {
    append: async (feedback) => {
      const time = new Date(feedback.time).toISOString();
      await putOnce({ pk: monthPartition(time), sk: `${time}#${feedback.feedbackId}`, feedback });
    },
    between: async (from, until) => {
      const pages = await Promise.all(
        monthsBetween(from, until).map((month) =>
          query(monthPartition(month), from.toISOString(), `${until.toISOString()}#\uffff`),
        ),
      );
      return pages.flat().map((item) => item['feedback'] as Feedback);
    },
    told: async (effectKey) =>
      (await query(TOLD, '0', 'g'))
        .filter((item) => item['effectKey'] !== effectKey)
        .map((item) => item['insight'] as Insight),
    remember: async (insight, effectKey) => {
      const Key = { pk: TOLD, sk: createHash('sha256').update(insightKey(insight)).digest('hex') };
      if (await putOnce({ ...Key, insight, effectKey })) return true;
      const known = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
      return known.Item?.['effectKey'] === effectKey;
    },
  };
}

const TOLD = 'insights';
const monthPartition = (isoTime: string): string => `feedback#${isoTime.slice(0, 7)}`;

function monthsBetween(from: Date, until: Date): string[] {
  const months: string[] = [];
  const month = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), 1));
  for (; month.getTime() <= until.getTime(); month.setUTCMonth(month.getUTCMonth() + 1))
    months.push(month.toISOString());
  return months;
}
