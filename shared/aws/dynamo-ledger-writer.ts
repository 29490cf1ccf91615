import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LedgerEntry } from '../domain/conversation.js';
import type { DeadLetterEntry } from '../domain/dead-letter.js';
import type { LedgerWriter, RequestEntry } from '../domain/ports.js';
import { available, isConditionFailed } from './aws-error.js';
import { entryItemKey, ttlFrom } from './ledger-item.js';

/**
 * Dead letters and closed requests in the ledger table. Written once: the first version of an entry stands, so that a
 * repetition neither changes it nor shows in the stream. A dead letter has no TTL: it stays until somebody resolves it.
 */
export class DynamoLedgerWriter implements LedgerWriter {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async deadLetter(entry: DeadLetterEntry): Promise<void> {
    await this.put(
      entry.correlationId,
      { kind: 'dead-letter', at: entry.at, deadLetter: entry },
      {
        letter: JSON.stringify(entry),
        receiver: entry.receiver,
        reason: entry.reason,
        signature: entry.signature,
        at: entry.at,
      },
    );
  }

  async request(entry: RequestEntry): Promise<void> {
    await this.put(
      entry.correlationId,
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

  private async put(correlationId: string, entry: LedgerEntry, attributes: Record<string, unknown>): Promise<void> {
    const key = entryItemKey(correlationId, entry);
    try {
      await available(
        `writing ${key.sk} to the ledger`,
        this.client.send(
          new PutCommand({
            TableName: this.table,
            Item: { ...key, ...attributes },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }
}
