import { GetCommand, paginateQuery, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { defined } from '../../domain/base/defined.js';
import { deliveriesOf } from '../../domain/evidence/conversation.js';
import { writerOfReceiver } from '../../domain/wire/writers.js';
import type {
  Cancellation,
  CancelResult,
  DeliveryKey,
  DeliveryRecord,
  DeliveryStanding,
  LeaseResult,
  MessageFacts,
  Outcome,
  NotedProgress,
  Unsent,
} from '../../domain/delivery/delivery.js';
import { LanewayError, type ErrorSummary } from '../../domain/base/errors.js';
import {
  bounded,
  decideGiveBack,
  decideLease,
  decideProgress,
  decideRelease,
  decideRenew,
  decideReopen,
  decideSettle,
  decideUnleased,
  triesAfter,
} from '../../domain/delivery/lease.js';
import type { CountedKey, DeliveryStore, LeaseRequest } from '../../domain/delivery/delivery-store.js';
import { readOrPass, type UnreadableRows } from '../../domain/form/passed-over.js';
import { itemId, readStandings } from './read-standings.js';
import { dueOf, queryDue } from './due-index.js';
import { itemInTheWay, updateOf, type Item, type UpdateParts } from './attribute-values.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import {
  cancellationFrom,
  conversationCountKey,
  deliveryFrom,
  deliveryItemKey,
  factAttributes,
  isTombstone,
  ledgerPartition,
  ledgerPlace,
  standingFrom,
  ttlFrom,
  UNSENT_HOURS,
  unsentAttributes,
} from './ledger-item.js';

/** Rounds of deciding and writing a lease; a further round follows when somebody else wrote in between. After the last: `UNAVAILABLE`. */
const ROUNDS = 6;

type Written =
  | { readonly ok: true; readonly tries: number }
  | { readonly ok: false; readonly found?: DeliveryRecord; readonly tombstone?: Cancellation };

/**
 * Deliveries in the ledger table. The rules are those of `shared/domain/delivery/lease.ts`; the conditions here say the same to
 * DynamoDB, so that a first lease, a retry and an outcome cost one write each, and a refusal needs no read (it brings the
 * item along). Only the lease after a dead one takes a second write, whose condition names the dead lease.
 */
export class DynamoDeliveryStore implements DeliveryStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly passedOver: UnreadableRows,
  ) {}

  async lease(key: DeliveryKey, facts: MessageFacts, request: LeaseRequest): Promise<LeaseResult> {
    let found: DeliveryRecord | undefined;
    let tombstone: Cancellation | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      if (found ?? tombstone) {
        const { result, record } = decideLease(found, key, facts, request, tombstone);
        if (!record) return result;
      }
      const written = await this.writeLease(key, facts, request, found?.state === 'leased' ? found : undefined);
      if (written.ok) return { kind: 'leased', tries: written.tries };
      ({ found, tombstone } = written);
    }
    throw new LanewayError('UNAVAILABLE', `the lease of ${key.messageId} for ${key.receiver} kept changing hands`);
  }

  async settle(key: DeliveryKey, owner: string, outcome: Outcome): Promise<'stored' | 'lost'> {
    const written = await this.write('outcome', key, {
      ...outcomeParts(outcome),
      condition: '#state = :leased AND #owner = :owner',
      names: ['owner'],
      values: { leased: 'leased', owner },
    });
    return written.ok ? 'stored' : decideSettle(written.found, owner, outcome).result;
  }

  async release(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'> {
    const written = await this.write('release', key, releaseParts(owner, error, at));
    return written.ok ? 'stored' : decideRelease(written.found, owner, error, at).result;
  }

  async giveBack(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'> {
    const written = await this.write('release', key, { ...releaseParts(owner, error, at), add: { tries: -1 } });
    return written.ok ? 'stored' : decideGiveBack(written.found, owner, error, at).result;
  }

  async settleUnleased(key: DeliveryKey, facts: MessageFacts, outcome: Outcome): Promise<'stored' | DeliveryRecord> {
    const parts = outcomeParts(outcome);
    const written = await this.write('outcome', key, {
      ...parts,
      set: { ...factAttributes(facts), ...parts.set },
      setOnce: { tries: 0, first: iso(outcome.at) },
      remove: [...(parts.remove ?? []), 'owner'],
      // No item, or only a tombstone, has no state.
      condition: 'attribute_not_exists(#state) OR #state = :retrying OR (#state = :leased AND #until <= :now)',
      values: { retrying: 'retrying', leased: 'leased', now: iso(outcome.at) },
    });
    if (written.ok) return 'stored';
    const { result, record } = decideUnleased(written.found, key, facts, outcome, written.tombstone);
    // Between the refused write and now nothing stands in the way any more only if the item was deleted or released.
    return record ? this.settleUnleased(key, facts, outcome) : result;
  }

  async progress(key: DeliveryKey, owner: string, progress: NotedProgress): Promise<'stored' | 'lost' | 'cancelled'> {
    const written = await this.write('progress', key, {
      set: { progress: JSON.stringify(progress) },
      condition: '#state = :leased AND #owner = :owner AND attribute_not_exists(#cancelled)',
      names: ['state', 'owner', 'cancelled'],
      values: { leased: 'leased', owner },
    });
    return written.ok ? 'stored' : decideProgress(written.found, owner, progress).result;
  }

  async renew(key: DeliveryKey, owner: string, until: number, at: number): Promise<'renewed' | 'lost' | 'cancelled'> {
    const written = await this.write('renewal', key, {
      set: { until: iso(until), updated: iso(at) },
      condition: '#state = :leased AND #owner = :owner AND attribute_not_exists(#cancelled)',
      names: ['state', 'owner', 'cancelled'],
      values: { leased: 'leased', owner },
    });
    return written.ok ? 'renewed' : decideRenew(written.found, owner, until, at).result;
  }

  async cancel(key: DeliveryKey, cancellation: Cancellation): Promise<CancelResult> {
    try {
      const { Attributes } = await available(
        `cancellation of ${key.messageId} for ${key.receiver}`,
        this.client.send(
          new UpdateCommand({
            TableName: this.table,
            Key: deliveryItemKey(key),
            ...updateOf({
              set: { ttl: ttlFrom(Date.parse(cancellation.at)) },
              setOnce: { cancelled: JSON.stringify(cancellation) },
              condition: 'attribute_not_exists(#state) OR #state IN (:leased, :retrying)',
              names: ['state'],
              values: { leased: 'leased', retrying: 'retrying' },
            }),
            ReturnValues: 'ALL_NEW',
          }),
        ),
      );
      const marked = Attributes && !isTombstone(Attributes) ? deliveryFrom(Attributes) : undefined;
      return { kind: 'marked', ...defined({ record: marked }) };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemInTheWay(error);
      if (!item) throw error;
      return { kind: 'settled', record: deliveryFrom(item) };
    }
  }

  async countConversation({ correlationId, receiver }: CountedKey, deliveries: number, at: number): Promise<number> {
    const { Attributes } = await available(
      `counting the deliveries of ${correlationId} to ${receiver}`,
      this.client.send(
        new UpdateCommand({
          TableName: this.table,
          Key: conversationCountKey(correlationId, receiver),
          UpdateExpression: 'SET #ttl = :ttl ADD #deliveries :deliveries',
          ExpressionAttributeNames: { '#ttl': 'ttl', '#deliveries': 'deliveries' },
          ExpressionAttributeValues: { ':ttl': ttlFrom(at), ':deliveries': deliveries },
          ReturnValues: 'UPDATED_NEW',
        }),
      ),
    );
    return Number(Attributes?.['deliveries'] ?? deliveries);
  }

  async reopen(key: DeliveryKey, deadLetter: string, at: number): Promise<'reopened' | 'not-dead'> {
    const written = await this.write('redrive', key, {
      set: { state: 'retrying', tries: 0, lastDeadLetter: deadLetter, updated: iso(at), ttl: ttlFrom(at) },
      add: { redrives: 1 },
      remove: ['owner', 'until', 'alone', 'copy', 'emissions', 'emissionsRef', 'progress', 'cancelled'],
      condition: '#state = :dead',
      values: { dead: 'dead-lettered' },
    });
    return written.ok ? 'reopened' : decideReopen(written.found, deadLetter, at).result;
  }

  async standings(keys: readonly DeliveryKey[]): Promise<readonly (DeliveryStanding | 'unreadable' | undefined)[]> {
    const found = await readStandings(this.client, this.table, keys.map(deliveryItemKey));
    return keys.map((key) => {
      const item = found.get(itemId(deliveryItemKey(key)));
      if (!item || isTombstone(item)) return undefined;
      return readOrPass(item, standingFrom, ledgerPlace, this.passedOver) ?? 'unreadable';
    });
  }

  async noteUnsent(key: DeliveryKey, unsent: Unsent): Promise<void> {
    await this.write('note of unsent messages', key, {
      set: { ...unsentAttributes(key, unsent), ttl: ttlFrom(Date.parse(unsent.due)) },
      condition: '#state IN (:completed, :expired) AND attribute_not_exists(#sent)',
      names: ['state', 'sent'],
      values: { completed: 'completed', expired: 'expired' },
    });
  }

  async noteSent(key: DeliveryKey, at: number): Promise<void> {
    await this.write('note of sent messages', key, {
      set: { sent: iso(at), ttl: ttlFrom(at) },
      remove: ['unsent', 'dueHour', 'dueAt'],
      condition: 'attribute_exists(#unsent)',
    });
  }

  async *unsent(after: number, until: number): AsyncGenerator<DeliveryRecord> {
    for await (const item of queryDue(this.client, this.table, after, until, UNSENT_HOURS)) {
      const delivery = readOrPass(item, unsentFrom, ledgerPlace, this.passedOver);
      if (delivery) yield delivery;
    }
  }

  async ofMessage({ correlationId, messageId, receiver }: Omit<DeliveryKey, 'origin'>): Promise<DeliveryRecord[]> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :of)',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: {
          ':pk': ledgerPartition(writerOfReceiver(receiver), correlationId),
          ':of': deliveriesOf(messageId),
        },
      },
    )[Symbol.asyncIterator]();
    const found: DeliveryRecord[] = [];
    for (;;) {
      const page = await available(`deliveries of ${messageId} to ${receiver}`, pages.next());
      if (page.done) return found;
      for (const item of page.value.Items ?? []) {
        const delivery = isTombstone(item) ? undefined : readOrPass(item, deliveryFrom, ledgerPlace, this.passedOver);
        if (delivery?.receiver === receiver) found.push(delivery);
      }
    }
  }

  async get(key: DeliveryKey): Promise<DeliveryRecord | undefined> {
    const { Item } = await available(
      `delivery of ${key.messageId} to ${key.receiver}`,
      this.client.send(new GetCommand({ TableName: this.table, Key: deliveryItemKey(key), ConsistentRead: true })),
    );
    return Item && !isTombstone(Item) ? deliveryFrom(Item) : undefined;
  }

  private async writeLease(
    key: DeliveryKey,
    facts: MessageFacts,
    request: LeaseRequest,
    dead: DeliveryRecord | undefined,
  ): Promise<Written> {
    const set = {
      ...factAttributes(facts),
      state: 'leased',
      owner: request.owner,
      until: iso(request.until),
      alone: request.alone,
      updated: iso(request.now),
      ttl: ttlFrom(request.now),
    };
    const setOnce = { first: iso(request.now) };
    if (!dead) {
      return this.write('lease', key, {
        set,
        setOnce,
        add: { tries: 1 },
        condition: 'attribute_not_exists(#cancelled) AND (attribute_not_exists(#pk) OR #state = :retrying)',
        names: ['pk', 'cancelled'],
        values: { retrying: 'retrying' },
      });
    }
    return this.write('lease', key, {
      set: { ...set, tries: triesAfter(dead, request.owner) },
      setOnce,
      condition: '#state = :leased AND #owner = :dead AND #until = :ended AND attribute_not_exists(#cancelled)',
      names: ['cancelled'],
      values: { leased: 'leased', dead: dead.owner, ended: dead.leasedUntil },
    });
  }

  private async write(what: string, key: DeliveryKey, parts: UpdateParts): Promise<Written> {
    try {
      const { Attributes } = await available(
        `${what} of ${key.messageId} for ${key.receiver}`,
        this.client.send(
          new UpdateCommand({
            TableName: this.table,
            Key: deliveryItemKey(key),
            ...updateOf(parts),
            ReturnValues: 'UPDATED_NEW',
          }),
        ),
      );
      return { ok: true, tries: Number(Attributes?.['tries'] ?? 0) };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemInTheWay(error);
      if (!item) return { ok: false };
      const tombstone = isTombstone(item) ? cancellationFrom(item) : undefined;
      return tombstone ? { ok: false, tombstone } : { ok: false, found: deliveryFrom(item) };
    }
  }
}

/** A delivery whose messages wait to be sent. @throws LanewayError as {@link deliveryFrom} */
function unsentFrom(item: Item): DeliveryRecord {
  dueOf(item, UNSENT_HOURS);
  return deliveryFrom(item);
}

/** Return of a lease by its owner. */
function releaseParts(owner: string, error: ErrorSummary, at: number): UpdateParts {
  return {
    set: { state: 'retrying', error: JSON.stringify(bounded(error)), updated: iso(at), ttl: ttlFrom(at) },
    remove: ['until'],
    condition: '#state = :leased AND #owner = :owner',
    names: ['owner'],
    values: { leased: 'leased', owner },
  };
}

/** Attributes that every outcome writes. A dead-lettered delivery has no TTL: it stays as long as its dead letter is open. */
function outcomeParts(outcome: Outcome): Pick<UpdateParts, 'set' | 'remove'> {
  const open = outcome.state === 'dead-lettered';
  return {
    set: {
      state: outcome.state,
      copy: outcome.copy,
      updated: iso(outcome.at),
      emissions: outcome.emissions.length > 0 ? JSON.stringify(outcome.emissions) : undefined,
      emissionsRef: outcome.emissionsRef,
      error: outcome.error && JSON.stringify(bounded(outcome.error)),
      ttl: open ? undefined : ttlFrom(outcome.at),
    },
    remove: ['until', ...(outcome.error ? [] : ['error']), ...(open ? ['ttl'] : [])],
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
