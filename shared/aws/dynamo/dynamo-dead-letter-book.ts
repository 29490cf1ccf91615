import type { DeliveryKey } from '../../domain/delivery/delivery.js';
import { originOf } from '../../domain/wire/writers.js';
import {
  GetCommand,
  paginateQuery,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type PutCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import type { DeadLetterEntry, Resolution } from '../../domain/delivery/dead-letter.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { DeadLetterBook, OperatorEntry } from '../../domain/evidence/dead-letter-book.js';
import { readOrPass, type UnreadableRows } from '../../domain/form/passed-over.js';
import { itemInTheWay, type Item } from './attribute-values.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import {
  deliveryItemKey,
  entryFrom,
  entryItemKey,
  LETTER_PARTITIONS,
  deadLetterItem,
  letterPartition,
  ledgerPlace,
  ttlFrom,
} from './ledger-item.js';

/** Name of the sparse index of dead letters on the ledger table. */
const INDEX = 'letters';

/** Dead letters in the ledger table, found by its sparse index, read and written at the item itself. */
export class DynamoDeadLetterBook implements DeadLetterBook {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly passedOver: UnreadableRows,
  ) {}

  async *all(): AsyncGenerator<DeadLetterEntry> {
    for (let partition = 0; partition < LETTER_PARTITIONS; partition++) yield* this.partition(`letters#${partition}`);
  }

  async find(id: string): Promise<DeadLetterEntry | undefined> {
    for await (const letter of this.partition(letterPartition(id))) {
      if (letter.id !== id) continue;
      const { Item } = await available(
        `dead letter ${id}`,
        this.client.send(new GetCommand({ TableName: this.table, Key: keyOf(letter), ConsistentRead: true })),
      );
      return Item && deadLetterFrom(Item);
    }
    return undefined;
  }

  async resolve(seen: DeadLetterEntry, next: DeadLetterEntry & { readonly resolution: Resolution }): Promise<boolean> {
    const ttl = ttlFrom(Date.parse(next.resolution.at));
    try {
      await available(
        `resolving dead letter ${next.id}`,
        this.client.send(
          new PutCommand({
            TableName: this.table,
            Item: { ...keyOf(next), ...deadLetterItem(next), ttl },
            ConditionExpression: '#letter = :seen',
            ExpressionAttributeNames: { '#letter': 'letter' },
            ExpressionAttributeValues: { ':seen': JSON.stringify(seen) },
          }),
        ),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return false;
    }
    if (next.messageId !== undefined && next.facts !== undefined)
      await this.forgetDelivery(next, { messageId: next.messageId, origin: originOf(next.facts) }, ttl);
    return true;
  }

  async record(entry: OperatorEntry): Promise<void> {
    await this.note(entry);
  }

  async recordFirst(entry: OperatorEntry): Promise<OperatorEntry> {
    try {
      await this.note(entry, {
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return entry;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemInTheWay(error);
      const stands = item && entryFrom(item);
      if (stands?.kind === 'operator') return stands.operator;
      throw new LanewayError('UNAVAILABLE', `entry ${entry.id} was deleted while it was noted`);
    }
  }

  private async note(entry: OperatorEntry, condition: Partial<PutCommandInput> = {}): Promise<void> {
    const key = entryItemKey({ kind: 'operator', at: entry.at, operator: entry });
    await available(
      `noting the ${entry.action} of ${entry.deadLetter?.id ?? entry.requestId ?? entry.id}`,
      this.client.send(
        new PutCommand({
          ...condition,
          TableName: this.table,
          Item: { ...key, entry: JSON.stringify(entry), at: entry.at, ttl: ttlFrom(Date.parse(entry.at)) },
        }),
      ),
    );
  }

  private async *partition(partition: string): AsyncGenerator<DeadLetterEntry> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        IndexName: INDEX,
        KeyConditionExpression: 'letterPartition = :partition',
        ExpressionAttributeValues: { ':partition': partition },
      },
    )[Symbol.asyncIterator]();
    for (;;) {
      const page = await available('listing dead letters', pages.next());
      if (page.done) return;
      for (const item of page.value.Items ?? []) {
        const letter = readOrPass(item, deadLetterFrom, ledgerPlace, this.passedOver);
        if (letter) yield letter;
      }
    }
  }

  /** A dead-lettered delivery has no TTL as long as its dead letter is open; from now on it has. */
  private async forgetDelivery(
    letter: DeadLetterEntry,
    message: Pick<DeliveryKey, 'messageId' | 'origin'>,
    ttl: number,
  ): Promise<void> {
    try {
      await available(
        `delivery of dead letter ${letter.id}`,
        this.client.send(
          new UpdateCommand({
            TableName: this.table,
            Key: deliveryItemKey({ ...letter, ...message }),
            UpdateExpression: 'SET #ttl = :ttl',
            ConditionExpression: '#state = :dead',
            ExpressionAttributeNames: { '#ttl': 'ttl', '#state': 'state' },
            ExpressionAttributeValues: { ':ttl': ttl, ':dead': 'dead-lettered' },
          }),
        ),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }
}

function keyOf(letter: DeadLetterEntry): { pk: string; sk: string } {
  const entry: LedgerEntry = { kind: 'dead-letter', at: letter.at, deadLetter: letter };
  return entryItemKey(entry);
}

function deadLetterFrom(item: Item): DeadLetterEntry | undefined {
  const entry = entryFrom(item);
  return entry?.kind === 'dead-letter' ? entry.deadLetter : undefined;
}
