import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ApprovalReader } from '../../domain/request/approval-reader.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { SHOWN_ATTRIBUTES } from '../../domain/evidence/shown-attributes.js';
import { available } from '../base/aws-error.js';
import { shownRecordFrom } from './dynamo-pending-store.js';

/** Reads requests without their waiters, for a function that the whole world may call: those hold task tokens. */
export class DynamoApprovalReader implements ApprovalReader {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async get(id: string): Promise<Omit<PendingRecord, 'waiter'> | undefined> {
    const names = Object.fromEntries(SHOWN_ATTRIBUTES.map((name) => [`#${name}`, name]));
    const { Item } = await available(
      `reading approval ${id}`,
      this.client.send(
        new GetCommand({
          ...{ TableName: this.table, Key: { pk: id }, ConsistentRead: true },
          ...{ ProjectionExpression: Object.keys(names).join(', '), ExpressionAttributeNames: names },
        }),
      ),
    );
    return Item && shownRecordFrom(Item);
  }
}
