import { GetCommand, paginateQuery, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { BreakerKey, BreakerRecord } from '../../../domain/breaker/breaker.js';
import type { BreakerStore, BreakerWrite } from '../../../domain/breaker/breaker-store.js';
import { readOrPass, type UnreadableRows } from '../../../domain/form/passed-over.js';
import { itemInTheWay, type Item } from '../attribute-values.js';
import { available, isConditionFailed } from '../../base/aws-error.js';
import { ledgerPlace } from '../ledger-item.js';
import { breakerItem, breakerKey, breakerOf, breakerPartition } from './breaker-items.js';

/** Breakers in the ledger table, an item each; writes are conditional on the version. */
export class DynamoBreakerStore implements BreakerStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly unreadable: UnreadableRows,
    private readonly now: () => number = Date.now,
  ) {}

  async get(key: BreakerKey): Promise<BreakerRecord | undefined> {
    const { Item } = await available(
      `reading breaker '${key.name}'`,
      this.client.send(new GetCommand({ TableName: this.table, Key: breakerKey(key), ConsistentRead: true })),
    );
    return Item && breakerOf(Item);
  }

  async put(record: BreakerRecord): Promise<BreakerWrite> {
    const isFirst = record.version === 1;
    try {
      await available(
        `writing breaker '${record.name}'`,
        this.client.send(
          new PutCommand({
            TableName: this.table,
            Item: breakerItem(record, this.now()),
            ConditionExpression: isFirst ? 'attribute_not_exists(pk)' : 'version = :seen',
            ...(isFirst ? {} : { ExpressionAttributeValues: { ':seen': record.version - 1 } }),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      return { kind: 'stored' };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemInTheWay(error);
      // A client that did not hear the answer repeats its call, and meets what it wrote.
      if (item?.['version'] === record.version && item['writer'] === record.writer) return { kind: 'stored' };
      return { kind: 'other', standing: item && breakerOf(item) };
    }
  }

  async of(agent: string): Promise<readonly BreakerRecord[]> {
    const query = {
      TableName: this.table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': breakerPartition(agent) },
      ConsistentRead: true,
    };
    const pages = paginateQuery({ client: this.client }, query);
    const items: Item[] = [];
    const walk = async (): Promise<void> => {
      for await (const { Items = [] } of pages) items.push(...(Items as Item[]));
    };
    await available(`reading the breakers of ${agent}`, walk());
    return items.flatMap((item) => readOrPass(item, breakerOf, ledgerPlace, this.unreadable) ?? []);
  }
}
