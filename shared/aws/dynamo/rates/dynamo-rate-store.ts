import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { BucketName, RateStore } from '../../../domain/rate/rate-store.js';
import { available, isConditionFailed } from '../../base/aws-error.js';
import { itemInTheWay } from '../attribute-values.js';
import { bucketPartition } from './rate-keys.js';

/** Time after which a bucket that nobody takes from is forgotten, milliseconds: it is full by then. */
const KEPT_MS = 86_400_000;

/** Sort key of the bucket of all, and of messages without a tenant. Tenants stand behind a mark. */
const OF_ALL = '-';

/** Shared buckets in the registry's table, which has no stream: a row each, and a conditional write for each change. */
export class DynamoRateStore implements RateStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {}

  async swap({ key, tenant }: BucketName, seen: number | undefined, state: number): Promise<number | undefined> {
    const call = new UpdateCommand({
      TableName: this.table,
      Key: { pk: bucketPartition(key), sk: tenant === '' ? OF_ALL : `of.${tenant}` },
      UpdateExpression: 'SET #full = :state, #ttl = :ttl',
      ConditionExpression: seen === undefined ? 'attribute_not_exists(pk)' : '#full = :seen',
      ExpressionAttributeNames: { '#full': 'full', '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ':state': state,
        ':ttl': Math.floor((this.now() + KEPT_MS) / 1_000),
        ...(seen !== undefined && { ':seen': seen }),
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await available(`taking from the bucket of ${key}`, this.client.send(call));
      return undefined;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const full: unknown = itemInTheWay(error)?.['full'];
      // One that was forgotten meanwhile, or that holds no number, is full.
      return typeof full === 'number' && Number.isFinite(full) ? full : 0;
    }
  }
}
