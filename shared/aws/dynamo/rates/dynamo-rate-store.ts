import { setTimeout } from 'node:timers/promises';
import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  MOST_STATE,
  seenState,
  type BucketName,
  type RateStore,
  type SeenState,
} from '../../../domain/rate/rate-store.js';
import { available, isConditionFailed } from '../../base/aws-error.js';
import { itemInTheWay } from '../attribute-values.js';
import { bucketKeyOf } from './rate-keys.js';

/** Time after which a bucket that is full is forgotten, milliseconds. */
const KEPT_MS = 86_400_000;

/** Longest time for which a writer that met others waits, milliseconds: at first, and at last. */
const [FIRST_MEETING_MS, MOST_MEETING_MS] = [5, 100];

/** Shared buckets in the registry's table, which has no stream: a row each, and a conditional write for each change. */
export class DynamoRateStore implements RateStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {}

  async swap(bucket: BucketName, seen: SeenState, state: number): Promise<SeenState | undefined> {
    const { condition, values } = conditionOf(seen);
    const call = new UpdateCommand({
      TableName: this.table,
      Key: bucketKeyOf(bucket),
      UpdateExpression: 'SET #full = :state, #ttl = :ttl',
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#full': 'full', '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ':state': state,
        ':ttl': Math.floor((Math.max(this.now(), state) + KEPT_MS) / 1_000),
        ...values,
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await available(`taking from the bucket of ${bucket.key}`, this.client.send(call));
      return undefined;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemInTheWay(error);
      return item ? seenState(item['full'] ?? null) : 'absent';
    }
  }

  spread(meeting: number): Promise<unknown> {
    return setTimeout(Math.random() * Math.min(MOST_MEETING_MS, FIRST_MEETING_MS * 2 ** meeting));
  }
}

/** Condition under which what was seen still stands. Its number may have been rounded: DynamoDB keeps 38 digits. */
function conditionOf(seen: SeenState) {
  if (seen === 'absent') return { condition: 'attribute_not_exists(pk)', values: {} };
  const within = '#full BETWEEN :low AND :high';
  if (seen === 'unusable')
    return {
      // What is no number is compared with none.
      condition: `attribute_exists(pk) AND (NOT attribute_type(#full, :type) OR NOT (${within}))`,
      values: { ':low': 0, ':high': MOST_STATE, ':type': 'N' },
    };
  const values = { ':low': seen * (1 - Number.EPSILON), ':high': seen * (1 + Number.EPSILON) };
  return { condition: within, values };
}
