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
import { readOrPass, UnreadableRows, type PassedOver } from '../../domain/form/passed-over.js';
import { storedJson, unreadable } from '../../domain/form/stored-json.js';
import { checkRecord, checkShownRecord } from '../../domain/request/pending-form.js';
import type { Climb } from '../../domain/request/ladder.js';
import { mayWait, requesterOf } from '../../domain/request/requester.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import { itemInTheWay, updateOf, type Item, type UpdateParts } from './attribute-values.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import { dueOf, queryDue } from './due-index.js';
import { dueAttributes, ttlFrom } from './ledger-item.js';

const OPEN = 'attribute_exists(#pk) AND attribute_not_exists(#outcome)';

/** The sparse index of open approvals: all of them, by due time, in one partition, as people are asked seldom. */
const APPROVALS = { index: 'approvals', partition: 'approval' } as const;

/** Condition that a record is as it was read: while an attempt runs, only step and deadline change. */
const AS_SEEN = '#step = :seenStep AND #deadline = :seenDeadline';

/**
 * Requests in the pending table, one item each. `record`, `climb` and `outcome` hold JSON, so that any payload comes back
 * as it was; what conditions ask for and what changes stands beside them. What is closed leaves both indexes; an end that
 * nobody has been told of yet leaves the due index only when that is done.
 */
export class DynamoPendingStore implements PendingStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly passedOver: UnreadableRows,
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
      remove: seen ? ['asks'] : ['dueHour', 'dueAt'],
      condition: seen ? `${OPEN} AND ${AS_SEEN}` : OPEN,
      ...(seen ? { values: seenValues(seen) } : {}),
      names: ['pk', ...(seen ? ['step', 'deadline'] : [])],
    });
    if (!written.record) return { kind: 'unknown' };
    if (!written.ok && !written.record.outcome) return { kind: 'moved', record: written.record };
    // The winner delivered again: it wins again, so that the waiter is told again.
    const won = written.ok || written.record.outcome?.by === outcome.by;
    return { kind: won ? 'won' : 'late', record: written.record };
  }

  async told(requestId: string): Promise<void> {
    await this.update(`noting that the end of request ${requestId} was told`, requestId, {
      set: {},
      remove: ['dueHour', 'dueAt'],
      condition: 'attribute_exists(#outcome)',
      names: ['outcome'],
    });
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

  async extend(requestId: string, messageId: string, deadline: string): Promise<boolean> {
    const at = Date.parse(deadline);
    const { ReturnValuesOnConditionCheckFailure: _none, ...parts } = updateOf({
      set: { deadline: iso(at), ...dueAttributes(at, requestId), ttl: ttlFrom(at) },
      condition:
        '#message = :current AND #deadline < :deadline AND #bound >= :deadline AND attribute_not_exists(#outcome)',
      values: { current: messageId },
      names: ['message', 'bound', 'outcome'],
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
    const item = await this.item(requestId);
    return item && recordFrom(item);
  }

  async setAside(requestId: string): Promise<boolean> {
    const item = await this.item(requestId);
    if (item === undefined || isReadable(item)) return false;
    const { ReturnValuesOnConditionCheckFailure: _none, ...parts } = updateOf({
      set: { unreadable: iso(Date.now()) },
      remove: ['dueHour', 'dueAt', 'asks'],
      // Whoever has written it anew meanwhile may have mended it.
      condition: '#dueHour = :hour AND #dueAt = :at',
      values: { hour: item['dueHour'], at: item['dueAt'] },
    });
    try {
      await available(
        `setting aside request ${requestId}`,
        this.client.send(new UpdateCommand({ TableName: this.table, Key: { pk: requestId }, ...parts })),
      );
      return true;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return false;
    }
  }

  async *due(after: number, until: number): AsyncGenerator<PendingRecord> {
    for await (const item of queryDue(this.client, this.table, after, until)) {
      const record = readOrPass(item, dueRecordFrom, requestPlace, this.passedOver);
      if (record) yield record;
    }
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
      for (const item of page.value.Items ?? []) {
        const record = readOrPass(item, recordFrom, requestPlace, this.passedOver);
        if (record) yield record;
      }
    }
  }

  private async item(requestId: string): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: this.table, Key: { pk: requestId }, ConsistentRead: true });
    return (await available(`reading request ${requestId}`, this.client.send(command))).Item;
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

/** Place of a request's item, as it is told of one that cannot be read. */
function requestPlace(item: Item): Pick<PassedOver, 'kind' | 'where'> {
  return { kind: 'request', where: String(item['pk']) };
}

/** True for an item from which {@link DynamoPendingStore.due} gives a record, or that is not due. */
function isReadable(item: Item): boolean {
  if (item['dueAt'] === undefined) return true;
  const found = new UnreadableRows();
  return readOrPass(item, dueRecordFrom, requestPlace, found) !== undefined;
}

/** A record from the index by due time. Its deadline is the instant under which it is found. */
function dueRecordFrom(item: Item): PendingRecord {
  const record = recordFrom(item);
  if (Date.parse(record.deadline) === dueOf(item)) return record;
  throw unreadable('its deadline is not the time at which it is due');
}

/**
 * @throws LanewayError SENDER_MISMATCH for a record whose waiter is another than the one that its key names; UNREADABLE for
 * one that no writer of Laneway writes
 */
function recordFrom(item: Item): PendingRecord {
  const record = checkRecord({ ...recordParts(item), waiter: json<Waiter>(item, 'waiter') });
  if (mayWait(record.waiter, record.requestId)) return record;
  throw forgedRecord(record.requestId, `a ${record.waiter.kind} waits`);
}

/**
 * A request without its waiter, from an item that may lack the waiter. The id is the key's, whatever the record says.
 * @throws LanewayError SENDER_MISMATCH for an approval that another than the platform asks for; UNREADABLE
 */
export function shownRecordFrom(item: Item): Omit<PendingRecord, 'waiter'> {
  return checkShownRecord(recordParts(item));
}

function recordParts(item: Item): Omit<PendingRecord, 'waiter'> {
  const { pk, message, attempt, step, climb, bound, outcome, deadline, dueAt } = item;
  const requestId = String(pk);
  const content = json<Omit<PendingRecord, 'waiter'>>(item, 'record');
  if (content.approval && requesterOf(requestId) !== undefined) throw forgedRecord(requestId, 'people are asked');
  return {
    ...content,
    requestId,
    messageId: message as string,
    attempt: attempt as number,
    deadline: deadline as string,
    ...(step === 0 || step === undefined ? {} : { step: step as number }),
    ...(climb === undefined ? {} : { climb: json<Climb>(item, 'climb') }),
    ...(bound === undefined ? {} : { bound: bound as string }),
    ...(outcome === undefined ? {} : { outcome: json<RequestOutcome>(item, 'outcome') }),
    ...(outcome === undefined || dueAt === undefined ? {} : { untold: true as const }),
  };
}

/** The object in an attribute that holds JSON; its form is checked with the whole. @throws LanewayError UNREADABLE */
function json<Value extends object>(item: Item, name: string): Value {
  const value = item[name];
  const read = typeof value === 'string' ? storedJson(value, `the attribute ${name}`) : undefined;
  if (typeof read === 'object' && read !== null) return read as Value;
  throw unreadable(`the attribute ${name} holds no object`);
}

function forgedRecord(requestId: string, what: string): LanewayError {
  return new LanewayError('SENDER_MISMATCH', `${what} by the record of request ${requestId}, whose key allows none`, {
    help: ['its requester was taken over or is wrong: look at what else it wrote'],
  });
}

/** Values for a condition with {@link AS_SEEN}. */
function seenValues({ step, deadline }: PendingRecord): Readonly<Record<string, unknown>> {
  return { seenStep: step ?? 0, seenDeadline: iso(Date.parse(deadline)) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
