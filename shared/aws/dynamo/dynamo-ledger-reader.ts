import { paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { orderCausally, type LedgerEntry, type LedgerReader } from '../../domain/evidence/conversation.js';
import { namedReceivers } from '../../domain/evidence/ledger-writers.js';
import { writerOfReceiver } from '../../domain/wire/writers.js';
import { withReadableEmissions } from '../../domain/evidence/stored-payloads.js';
import { readOrPass, type UnreadableRows } from '../../domain/form/passed-over.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { available } from '../base/aws-error.js';
import { SideBySide } from '../base/side-by-side.js';
import { entryFrom, ledgerPartition, ledgerPlace } from './ledger-item.js';

/**
 * Most writers of a conversation that the application does not have, such as agents that it no longer has. Whoever writes
 * in the ledger names receivers, and may not make its readers read without end.
 */
const MOST_STRANGERS = 50;

/** Queries of one reader at the same time, of however many conversations: no more than its client has connections for. */
const AT_ONCE = 32;

/**
 * Conversations from the ledger table: a consistent query for each writer of the application, side by side, all their
 * pages; then for the receivers that those entries name beside them. Emissions that were too big for their item are
 * fetched from the payload store, as the account needs their receivers.
 */
export class DynamoLedgerReader implements LedgerReader {
  private readonly turns = new SideBySide(AT_ONCE);

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly payloads: PayloadStore,
    private readonly writers: readonly string[],
    private readonly passedOver: UnreadableRows,
  ) {}

  async conversation(correlationId: string): Promise<readonly LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    const read = new Set<string>();
    for (let next = this.writers; next.length > 0;) {
      for (const writer of next) read.add(writer);
      const found = (
        await Promise.all(next.map((writer) => this.turns.run(() => this.written(writer, correlationId))))
      ).flat();
      entries.push(...found);
      const named = new Set(namedReceivers(found).map(writerOfReceiver));
      next = [...named]
        .filter((writer) => !read.has(writer))
        .slice(0, Math.max(0, this.writers.length + MOST_STRANGERS - read.size));
    }
    return orderCausally(entries);
  }

  /** Entries of a conversation that one writer wrote. */
  private async written(writer: string, correlationId: string): Promise<readonly LedgerEntry[]> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        KeyConditionExpression: 'pk = :partition',
        ExpressionAttributeValues: { ':partition': ledgerPartition(writer, correlationId) },
        ConsistentRead: true,
      },
    );
    const entries: LedgerEntry[] = [];
    const iterator = pages[Symbol.asyncIterator]();
    for (;;) {
      const page = await available(`reading conversation ${correlationId}`, iterator.next());
      if (page.done) break;
      for (const item of page.value.Items ?? []) {
        const entry = readOrPass(item, entryFrom, ledgerPlace, this.passedOver);
        if (entry) entries.push(entry);
      }
    }
    return Promise.all(entries.map((entry) => withReadableEmissions(entry, this.payloads, this.passedOver)));
  }
}
