import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import { decideDeadLetter, type DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import type { EscalationEntry, LedgerWriter, RequestEntry } from '../../domain/evidence/ledger-writer.js';
import { itemInTheWay, type Item } from './attribute-values.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import { entryFrom, entryItemKey, deadLetterItem, ttlFrom } from './ledger-item.js';

/**
 * Dead letters, rungs and closed requests in the ledger table. Written once: the first version of an entry stands, so that a
 * repetition neither changes it nor shows in the stream; only a redriven dead letter is written over by the next one. A
 * dead letter has no TTL: it stays until somebody resolves it.
 */
export class DynamoLedgerWriter implements LedgerWriter {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async deadLetter(entry: DeadLetterEntry): Promise<void> {
    const written = await this.put({ kind: 'dead-letter', at: entry.at, deadLetter: entry }, deadLetterItem(entry));
    if (written.ok || !written.found) return;
    const found = entryFrom(written.found);
    const next = decideDeadLetter(found?.kind === 'dead-letter' ? found.deadLetter : undefined, entry);
    if (next) await this.reopen(next, written.found['letter']);
  }

  async escalation(entry: EscalationEntry): Promise<void> {
    await this.put(
      { kind: 'escalation', at: entry.at, escalation: entry },
      {
        entry: JSON.stringify(entry),
        type: entry.type,
        rung: entry.rung,
        at: entry.at,
        ttl: ttlFrom(Date.parse(entry.at)),
      },
    );
  }

  async request(entry: RequestEntry): Promise<void> {
    await this.put(
      { kind: 'request', at: entry.at, request: entry },
      {
        entry: JSON.stringify(entry),
        type: entry.type,
        state: entry.state,
        at: entry.at,
        ttl: ttlFrom(Date.parse(entry.at)),
      },
    );
  }

  /** Writes a new dead letter over the redriven one, unless somebody else was first. */
  private async reopen(next: DeadLetterEntry, seen: unknown): Promise<void> {
    const key = entryItemKey({ kind: 'dead-letter', at: next.at, deadLetter: next });
    try {
      await available(
        `writing ${key.sk} to the ledger`,
        this.client.send(
          new PutCommand({
            TableName: this.table,
            Item: { ...key, ...deadLetterItem(next) },
            ConditionExpression: '#letter = :seen',
            ExpressionAttributeNames: { '#letter': 'letter' },
            ExpressionAttributeValues: { ':seen': seen },
          }),
        ),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }

  private async put(
    entry: LedgerEntry,
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly found?: Item | undefined }> {
    const key = entryItemKey(entry);
    try {
      await available(
        `writing ${key.sk} to the ledger`,
        this.client.send(
          new PutCommand({
            TableName: this.table,
            Item: { ...key, ...attributes },
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      return { ok: true };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return { ok: false, found: itemInTheWay(error) };
    }
  }
}
