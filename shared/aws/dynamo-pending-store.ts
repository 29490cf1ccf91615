import { GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LanewayError } from '../domain/errors.js';
import { otherWaiter, sameWaiter, type PendingRecord, type RequestOutcome, type Waiter } from '../domain/pending.js';
import type { PendingStore } from '../domain/ports.js';
import { itemInTheWay, updateOf, type Item, type UpdateParts } from './attribute-values.js';
import { available, isConditionFailed } from './aws-error.js';
import { queryDue } from './due-index.js';
import { dueAttributes, ttlFrom } from './ledger-item.js';

const OPEN = 'attribute_exists(#pk) AND attribute_not_exists(#outcome)';

/**
 * Requests in the pending table, one item each. `record` and `outcome` hold JSON, so that any payload comes back as it
 * was; deadline, waiter and the index by due hour stand beside them because they change. Closing leaves the index.
 */
export class DynamoPendingStore implements PendingStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async open(record: PendingRecord): Promise<'opened' | 'repeated' | 'closed'> {
    const found = await this.put(record);
    if (found === 'new') return 'opened';
    const existing = found ?? (await this.get(record.requestId));
    if (existing?.outcome) return 'closed';
    if (!existing) throw new LanewayError('UNAVAILABLE', `request ${record.requestId} was deleted while it was opened`);
    if (!sameWaiter(existing.waiter, record.waiter)) throw otherWaiter(record, existing);
    if (record.waiter.kind !== 'workflow') return 'repeated';
    const written = await this.update(`opening request ${record.requestId}`, record.requestId, {
      set: { waiter: JSON.stringify(record.waiter) },
      condition: OPEN,
      names: ['pk', 'outcome'],
    });
    return written.ok ? 'repeated' : 'closed';
  }

  async close(
    requestId: string,
    outcome: RequestOutcome,
  ): Promise<{ readonly kind: 'won' | 'late'; readonly record: PendingRecord } | { readonly kind: 'unknown' }> {
    const written = await this.update(`closing request ${requestId}`, requestId, {
      set: { outcome: JSON.stringify(outcome) },
      remove: ['dueHour', 'dueAt'],
      condition: OPEN,
      names: ['pk'],
    });
    if (!written.record) return { kind: 'unknown' };
    // The winner delivered again: it wins again, so that whoever waits is told again.
    const won = written.ok || written.record.outcome?.by === outcome.by;
    return { kind: won ? 'won' : 'late', record: written.record };
  }

  async extend(requestId: string, deadline: string): Promise<boolean> {
    const at = Date.parse(deadline);
    const written = await this.update(`extending request ${requestId}`, requestId, {
      set: { deadline: iso(at), ...dueAttributes(at, requestId), ttl: ttlFrom(at) },
      condition: `${OPEN} AND #deadline < :deadline`,
      names: ['pk', 'outcome'],
    });
    return written.ok;
  }

  async get(requestId: string): Promise<PendingRecord | undefined> {
    const { Item } = await available(
      `reading request ${requestId}`,
      this.client.send(new GetCommand({ TableName: this.table, Key: { pk: requestId }, ConsistentRead: true })),
    );
    return Item && recordFrom(Item);
  }

  async *due(after: number, until: number): AsyncGenerator<PendingRecord> {
    for await (const item of queryDue(this.client, this.table, after, until)) yield recordFrom(item);
  }

  private async put(record: PendingRecord): Promise<'new' | PendingRecord | undefined> {
    const { deadline, waiter, outcome, ...rest } = record;
    const at = Date.parse(deadline);
    try {
      await available(
        `opening request ${record.requestId}`,
        this.client.send(
          new PutCommand({
            TableName: this.table,
            Item: {
              pk: record.requestId,
              record: JSON.stringify(rest),
              deadline: iso(at),
              waiter: JSON.stringify(waiter),
              ...(outcome ? { outcome: JSON.stringify(outcome) } : dueAttributes(at, record.requestId)),
              ttl: ttlFrom(at),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      return 'new';
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemInTheWay(error);
      return item && recordFrom(item);
    }
  }

  private async update(
    what: string,
    requestId: string,
    parts: UpdateParts,
  ): Promise<{ readonly ok: boolean; readonly record?: PendingRecord }> {
    try {
      const { Attributes } = await available(
        what,
        this.client.send(
          new UpdateCommand({
            TableName: this.table,
            Key: { pk: requestId },
            ...updateOf(parts),
            ReturnValues: 'ALL_NEW',
          }),
        ),
      );
      return { ok: true, ...(Attributes ? { record: recordFrom(Attributes) } : {}) };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemInTheWay(error);
      return { ok: false, ...(item ? { record: recordFrom(item) } : {}) };
    }
  }
}

function recordFrom(item: Item): PendingRecord {
  const outcome = item['outcome'];
  return {
    ...(JSON.parse(String(item['record'])) as Omit<PendingRecord, 'deadline' | 'waiter' | 'outcome'>),
    deadline: String(item['deadline']),
    waiter: JSON.parse(String(item['waiter'])) as Waiter,
    ...(typeof outcome === 'string' ? { outcome: JSON.parse(outcome) as RequestOutcome } : {}),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
