import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { bodyDigest } from '../../domain/delivery/claim-check.js';
import type { Intent } from '../../domain/delivery/delivery.js';
import type { DueIntent, IntentStore } from '../../domain/delivery/intent-store.js';
import { writerOfSource } from '../../domain/wire/writers.js';
import { slimIntent } from '../../domain/evidence/stored-payloads.js';
import { readOrPass, type UnreadableRows } from '../../domain/form/passed-over.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import { serverTimeOf, type ServerTime } from '../base/server-time.js';
import { itemInTheWay, type Item } from './attribute-values.js';
import { dueOf, queryDue } from './due-index.js';
import { dueAttributes, entryFrom, entryItemKey, ledgerPlace, messageItemKey, ttlFrom } from './ledger-item.js';

/** Items that are written at the same time. */
const AT_ONCE = 25;
/** Milliseconds that a clock may be wrong: much less than the time after which the sweeper looks. */
const CLOCK_TOLERANCE_MS = 10_000;

/**
 * Intents in the ledger table. An envelope over 32 KB leaves its payload in the payload store first and is stored, and
 * later read, as the same message with a claim check, so that an intent costs at most 33 write units. The attribute `body`
 * holds the digest of what the message says; an item of an earlier version has none, and is replaced.
 */
export class DynamoIntentStore implements IntentStore {
  private readonly time: ServerTime;

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly payloads: PayloadStore,
    private readonly passedOver: UnreadableRows,
  ) {
    this.time = serverTimeOf(client);
  }

  /**
   * Stores the intents under `due` by the clock of DynamoDB. A publisher whose clock is slow would put them where the sweeper
   * has been already. A first answer that tells of such a clock has them stored once more.
   */
  async record(intents: readonly Intent[], due: number): Promise<readonly Intent[] | undefined> {
    const known = this.wrongBy();
    const others = await this.recordAt(intents, due + known);
    const told = this.wrongBy();
    if (Math.abs(told - known) > CLOCK_TOLERANCE_MS) await this.recordAt(intents, due + told);
    return others;
  }

  /** Milliseconds that this machine's clock is behind; 0 for one that is right as far as answers can tell. */
  private wrongBy(): number {
    const { offset } = this.time;
    return Math.abs(offset) > CLOCK_TOLERANCE_MS ? offset : 0;
  }

  private async recordAt(intents: readonly Intent[], due: number): Promise<readonly Intent[] | undefined> {
    const others: Intent[] = [];
    for (let at = 0; at < intents.length; at += AT_ONCE) {
      const some = intents.slice(at, at + AT_ONCE);
      others.push(...(await Promise.all(some.map((intent) => this.put(intent, due)))).flatMap((other) => other ?? []));
    }
    return others.length === 0 ? undefined : others;
  }

  async find(message: Parameters<IntentStore['find']>[0]): Promise<Intent | undefined> {
    const { source, correlationid, id } = message;
    const writer = writerOfSource(source);
    if (writer === undefined) return undefined;
    const { Item } = await available(
      `message ${id}`,
      this.client.send(
        new GetCommand({ TableName: this.table, Key: messageItemKey(writer, correlationid, id), ConsistentRead: true }),
      ),
    );
    // One that cannot be read is no word of anybody.
    const entry = Item && readOrPass(Item, entryFrom, ledgerPlace, this.passedOver);
    return entry?.kind === 'message' ? entry.intent : undefined;
  }

  async *due(after: number, until: number): AsyncGenerator<DueIntent> {
    for await (const item of queryDue(this.client, this.table, after, until)) {
      const intent = readOrPass(item, dueIntentFrom, ledgerPlace, this.passedOver);
      if (intent) yield intent;
    }
  }

  /** Writes an intent, unless another body of its id stands: then that one is returned. */
  private async put(given: Intent, due: number): Promise<Intent | undefined> {
    const { envelope, expected, choice } = await slimIntent(given, this.payloads);
    const body = bodyDigest(envelope);
    const item = {
      ...entryItemKey({ kind: 'message', at: envelope.time, intent: { envelope, expected } }),
      type: envelope.type,
      envelope: JSON.stringify(envelope),
      expected: JSON.stringify(expected),
      ...(choice === undefined ? {} : { choice: JSON.stringify(choice) }),
      body,
      ...dueAttributes(due, envelope.id),
      ttl: ttlFrom(due),
    };
    try {
      await available(
        `recording ${envelope.type} ${envelope.id}`,
        this.client.send(
          new PutCommand({
            TableName: this.table,
            Item: item,
            ConditionExpression: 'attribute_not_exists(#body) OR #body = :body',
            ExpressionAttributeNames: { '#body': 'body' },
            ExpressionAttributeValues: { ':body': body },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      return undefined;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const inTheWay = itemInTheWay(error);
      const entry = inTheWay && entryFrom(inTheWay);
      if (entry?.kind === 'message') return entry.intent;
      throw error;
    }
  }
}

function dueIntentFrom(item: Item): DueIntent | undefined {
  const entry = entryFrom(item);
  return entry?.kind === 'message' ? { ...entry.intent, due: dueOf(item) } : undefined;
}
