import { BatchWriteCommand, type BatchWriteCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffDelay } from '../../domain/base/backoff.js';
import type { Intent } from '../../domain/delivery/delivery.js';
import { LanewayError } from '../../domain/base/errors.js';
import { slimIntent } from '../../domain/evidence/stored-payloads.js';
import type { DueIntent, IntentStore } from '../../domain/delivery/intent-store.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { available } from '../base/aws-error.js';
import { queryDue } from './due-index.js';
import { dueAttributes, entryFrom, entryItemKey, ttlFrom } from './ledger-item.js';

/** BatchWriteItem takes 25 items (DynamoDB API reference). */
const BATCH = 25;
const TRIES = 6;

/**
 * Intents in the ledger table. An envelope over 32 KB leaves its payload in the payload store first and is stored, and
 * later read, as the same message with a claim check, so that an intent costs at most 33 write units.
 */
export class DynamoIntentStore implements IntentStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly payloads: PayloadStore,
  ) {}

  async record(intents: readonly Intent[], due: number): Promise<void> {
    // One call refuses two writes of one item.
    const once = [...new Map(intents.map((intent) => [intent.envelope.id, intent])).values()];
    for (let at = 0; at < once.length; at += BATCH) {
      const slim = await Promise.all(once.slice(at, at + BATCH).map((intent) => slimIntent(intent, this.payloads)));
      await this.write(slim.map((intent) => ({ PutRequest: { Item: itemOf(intent, due) } })));
    }
  }

  async *due(after: number, until: number): AsyncGenerator<DueIntent> {
    for await (const item of queryDue(this.client, this.table, after, until)) {
      const entry = entryFrom(item);
      if (entry?.kind === 'message')
        yield { ...entry.intent, due: Date.parse(String(item['dueAt']).split('#')[0] ?? '') };
    }
  }

  private async write(requests: NonNullable<BatchWriteCommandInput['RequestItems']>[string]): Promise<void> {
    let left = requests;
    for (let tries = 1; ; tries++) {
      const { UnprocessedItems } = await available(
        `recording ${left.length} intents`,
        this.client.send(new BatchWriteCommand({ RequestItems: { [this.table]: left } })),
      );
      left = UnprocessedItems?.[this.table] ?? [];
      if (left.length === 0) return;
      if (tries >= TRIES) throw new LanewayError('UNAVAILABLE', `the ledger did not take ${left.length} intents`);
      await sleep(backoffDelay(tries, { first: 500, most: 4_000 }, Math.random()));
    }
  }
}

function itemOf(intent: Intent, due: number): Record<string, unknown> {
  const { envelope } = intent;
  return {
    ...entryItemKey(envelope.correlationid, { kind: 'message', at: envelope.time, intent }),
    type: envelope.type,
    envelope: JSON.stringify(envelope),
    expected: JSON.stringify(intent.expected),
    ...dueAttributes(due, envelope.id),
    ttl: ttlFrom(due),
  };
}
