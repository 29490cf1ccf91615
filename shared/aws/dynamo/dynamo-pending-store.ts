import {
  GetCommand,
  paginateQuery,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { LanewayError } from '../../domain/base/errors.js';
import {
  otherWaiter,
  sameWaiter,
  type CloseResult,
  type PendingMove,
  type PendingRecord,
  type RequestOutcome,
  type Waiter,
} from '../../domain/request/pending.js';
import type { Climb } from '../../domain/request/ladder.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import { itemInTheWay, updateOf, type Item, type UpdateParts } from './attribute-values.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import { queryDue } from './due-index.js';
import { dueAttributes, ttlFrom } from './ledger-item.js';

const OPEN = 'attribute_exists(#pk) AND attribute_not_exists(#outcome)';

/** The sparse index of open approvals: all of them, by due time, in one partition, as people are asked seldom. */
const APPROVALS = { index: 'approvals', partition: 'approval' } as const;

/** Condition that a record is as it was read: while an attempt runs, only step and deadline change. */
const AS_SEEN = '#step = :seenStep AND #deadline = :seenDeadline';

/**
 * Requests in the pending table, one item each. `record`, `climb` and `outcome` hold JSON, so that any payload comes back
 * as it was; what conditions ask for and what changes stands beside them. Closing leaves both indexes.
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

  async close(requestId: string, outcome: RequestOutcome, seen?: PendingRecord): Promise<CloseResult> {
    const written = await this.update(`closing request ${requestId}`, requestId, {
      set: { outcome: JSON.stringify(outcome) },
      remove: ['dueHour', 'dueAt'],
      condition: seen ? `${OPEN} AND ${AS_SEEN}` : OPEN,
      ...(seen ? { values: seenValues(seen) } : {}),
      names: ['pk', ...(seen ? ['step', 'deadline'] : [])],
    });
    if (!written.record) return { kind: 'unknown' };
    if (!written.ok && !written.record.outcome) return { kind: 'moved', record: written.record };
    // The winner delivered again: it wins again, so that whoever waits is told again.
    const won = written.ok || written.record.outcome?.by === outcome.by;
    return { kind: won ? 'won' : 'late', record: written.record };
  }

  async advance(
    seen: PendingRecord,
    { messageId, attempt, deadline, climb }: PendingMove,
  ): Promise<{ readonly moved: boolean; readonly record: PendingRecord } | undefined> {
    const { requestId } = seen;
    const at = Date.parse(deadline);
    const { ok, record } = await this.update(`escalating request ${requestId}`, requestId, {
      set: {
        step: (seen.step ?? 0) + 1,
        message: messageId,
        attempt,
        deadline: iso(at),
        climb: JSON.stringify(climb),
        ...dueAttributes(at, requestId),
        ttl: ttlFrom(at),
      },
      condition: `${OPEN} AND ${AS_SEEN}`,
      values: seenValues(seen),
      names: ['pk', 'outcome'],
    });
    return record && { moved: ok, record };
  }

  /** Moves the deadline, and neither reads nor returns the record: agents call this, and task tokens are not to be shown to them. */
  async extend(requestId: string, messageId: string, deadline: string): Promise<boolean> {
    const at = Date.parse(deadline);
    const { ReturnValuesOnConditionCheckFailure: _none, ...parts } = updateOf({
      set: { deadline: iso(at), ...dueAttributes(at, requestId), ttl: ttlFrom(at) },
      // What is closed has left the index.
      condition: '#message = :current AND #deadline < :deadline AND #bound >= :deadline AND attribute_exists(#dueAt)',
      values: { current: messageId },
      names: ['message', 'bound'],
    });
    try {
      await available(
        `extending request ${requestId}`,
        this.client.send(new UpdateCommand({ TableName: this.table, Key: { pk: requestId }, ...parts })),
      );
      return true;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return false;
    }
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

  async *approvals(): AsyncGenerator<PendingRecord> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        IndexName: APPROVALS.index,
        KeyConditionExpression: 'asks = :approval',
        ExpressionAttributeValues: { ':approval': APPROVALS.partition },
      },
    )[Symbol.asyncIterator]();
    for (;;) {
      const page = await available('listing approvals', pages.next());
      if (page.done) return;
      for (const item of page.value.Items ?? []) yield recordFrom(item);
    }
  }

  private async put(record: PendingRecord): Promise<'new' | PendingRecord | undefined> {
    const { deadline, waiter, outcome, messageId, attempt, step, climb, bound, ...rest } = record;
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
              message: messageId,
              attempt,
              step: step ?? 0,
              ...(climb === undefined ? {} : { climb: JSON.stringify(climb) }),
              ...(bound === undefined ? {} : { bound: iso(Date.parse(bound)) }),
              ...(record.approval ? { asks: APPROVALS.partition } : {}),
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
  return { ...shownRecordFrom(item), waiter: JSON.parse(String(item['waiter'])) as Waiter };
}

/** A request without its waiter, from an item that may lack the waiter. */
export function shownRecordFrom(item: Item): Omit<PendingRecord, 'waiter'> {
  const { record, deadline, message, attempt, step, climb, bound, outcome } = item;
  return {
    ...(JSON.parse(String(record)) as Pick<
      PendingRecord,
      'requestId' | 'correlationId' | 'type' | 'replyType' | 'hops' | 'tenant' | 'traceparent'
    >),
    messageId: String(message),
    attempt: Number(attempt),
    deadline: String(deadline),
    ...(step === 0 ? {} : { step: Number(step) }),
    ...(typeof climb === 'string' ? { climb: JSON.parse(climb) as Climb } : {}),
    ...(typeof bound === 'string' ? { bound } : {}),
    ...(typeof outcome === 'string' ? { outcome: JSON.parse(outcome) as RequestOutcome } : {}),
  };
}

/** Values for a condition with {@link AS_SEEN}. */
function seenValues({ step, deadline }: PendingRecord): Readonly<Record<string, unknown>> {
  return { seenStep: step ?? 0, seenDeadline: iso(Date.parse(deadline)) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
