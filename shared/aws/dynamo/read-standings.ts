import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffDelay } from '../../domain/base/backoff.js';
import { LanewayError } from '../../domain/base/errors.js';
import { available } from '../base/aws-error.js';
import type { Item } from './attribute-values.js';

/** BatchGetItem takes 100 keys (DynamoDB API reference). */
const BATCH = 100;
const TRIES = 6;

/** Attributes of a delivery's item that tell where it stands. */
const NAMES = ['pk', 'sk', 'state', 'tries', 'copy', 'until', 'updated', 'redrives', 'cancelled'];

interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Text that tells an item's key from all others. */
export function itemId({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}

/** The standing parts of items, by {@link itemId}; eventually consistent. @throws LanewayError UNAVAILABLE */
export async function readStandings(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly ItemKey[],
): Promise<ReadonlyMap<string, Item>> {
  // One call refuses to read one item twice.
  const once = [...new Map(keys.map((key) => [itemId(key), key])).values()];
  const found = new Map<string, Item>();
  for (let at = 0; at < once.length; at += BATCH) {
    let left: Record<string, unknown>[] = once.slice(at, at + BATCH).map((key) => ({ ...key }));
    for (let tries = 1; left.length > 0; tries++) {
      const { Responses, UnprocessedKeys } = await available(
        `reading ${left.length} deliveries`,
        client.send(
          new BatchGetCommand({
            RequestItems: {
              [table]: {
                Keys: left,
                ProjectionExpression: NAMES.map((name) => `#${name}`).join(', '),
                ExpressionAttributeNames: Object.fromEntries(NAMES.map((name) => [`#${name}`, name])),
              },
            },
          }),
        ),
      );
      for (const item of (Responses?.[table] ?? []) as Item[])
        found.set(itemId({ pk: String(item['pk']), sk: String(item['sk']) }), item);
      left = UnprocessedKeys?.[table]?.Keys ?? [];
      if (left.length === 0) break;
      if (tries >= TRIES) throw new LanewayError('UNAVAILABLE', `the ledger did not give ${left.length} deliveries`);
      await sleep(backoffDelay(tries, { first: 500, most: 4_000 }, Math.random()));
    }
  }
  return found;
}
