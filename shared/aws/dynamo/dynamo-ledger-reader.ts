import { paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { orderCausally, type LedgerEntry, type LedgerReader } from '../../domain/evidence/conversation.js';
import { withEmissions } from '../../domain/evidence/stored-payloads.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { available } from '../base/aws-error.js';
import { entryFrom } from './ledger-item.js';

/**
 * Conversations from the ledger table: one consistent query over the partition, all its pages. Emissions that were too
 * big for their item are fetched from the payload store, as the account needs whom they were for.
 */
export class DynamoLedgerReader implements LedgerReader {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly payloads: PayloadStore,
  ) {}

  async conversation(correlationId: string): Promise<readonly LedgerEntry[]> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        KeyConditionExpression: 'pk = :conversation',
        ExpressionAttributeValues: { ':conversation': correlationId },
        ConsistentRead: true,
      },
    );
    const entries: LedgerEntry[] = [];
    const iterator = pages[Symbol.asyncIterator]();
    for (;;) {
      const page = await available(`reading conversation ${correlationId}`, iterator.next());
      if (page.done) break;
      for (const item of page.value.Items ?? []) {
        const entry = entryFrom(item);
        if (entry) entries.push(entry);
      }
    }
    return orderCausally(await Promise.all(entries.map((entry) => withEmissions(entry, this.payloads))));
  }
}
