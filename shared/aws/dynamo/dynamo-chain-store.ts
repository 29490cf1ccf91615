import { GetCommand, PutCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ChainHead } from '../../domain/evidence/ledger-chain.js';
import type { ChainStore, Seal } from '../../domain/evidence/seal.js';
import type { Item } from './attribute-values.js';
import { available, isConditionFailed } from '../base/aws-error.js';

/** Seconds that the head of a shard's chain outlives its last line; a shard and its records end within two days. */
export const KEPT_SECONDS = 7 * 86_400;
const HEAD = 'head';
const SEAL = { pk: 'seal', sk: 'last' } as const;

/**
 * Heads of chains in a table of their own: partition `head`, one item a chain; partition `seal`, the last seal. Heads of
 * shards are forgotten after a week, when their shard is long gone; the chain of a stream without shards stays.
 */
export class DynamoChainStore implements ChainStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async head(chain: string): Promise<ChainHead | undefined> {
    const Item = await this.#get(`reading the head of chain ${chain}`, { pk: HEAD, sk: chain });
    return Item && headFrom(Item);
  }

  async heads(): Promise<ChainHead[]> {
    const heads: ChainHead[] = [];
    for (let ExclusiveStartKey: Item | undefined; ;) {
      const command = new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': HEAD },
        ConsistentRead: true,
        ExclusiveStartKey,
      });
      const page = await available('reading the heads of the chains', this.client.send(command));
      heads.push(...(page.Items ?? []).map(headFrom));
      ExclusiveStartKey = page.LastEvaluatedKey;
      if (ExclusiveStartKey === undefined) return heads;
    }
  }

  async advance(from: ChainHead | undefined, to: ChainHead): Promise<boolean> {
    const { chain, ...facts } = to;
    const ttl = chain.startsWith('shardId-') ? { ttl: Math.ceil(Date.now() / 1000) + KEPT_SECONDS } : {};
    const condition = from
      ? {
          ConditionExpression: '#number = :number and #digest = :digest',
          ExpressionAttributeNames: { '#number': 'number', '#digest': 'digest' },
          ExpressionAttributeValues: { ':number': from.number, ':digest': from.digest },
        }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    return this.#put(`moving the head of chain ${chain}`, { pk: HEAD, sk: chain, ...facts, ...ttl }, condition);
  }

  async lastSeal(): Promise<Seal | undefined> {
    const Item = await this.#get('reading the last seal', SEAL);
    return typeof Item?.['seal'] === 'string' ? (JSON.parse(Item['seal']) as Seal) : undefined;
  }

  async nextSeal(seal: Seal): Promise<boolean> {
    const item = { ...SEAL, number: seal.number, seal: JSON.stringify(seal) };
    const condition =
      seal.number === 1
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#number = :before',
            ExpressionAttributeNames: { '#number': 'number' },
            ExpressionAttributeValues: { ':before': seal.number - 1 },
          };
    return this.#put('writing a seal', item, condition);
  }

  async #get(what: string, Key: Item): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: this.table, Key, ConsistentRead: true });
    return (await available(what, this.client.send(command))).Item;
  }

  async #put(what: string, Item: Item, condition: object): Promise<boolean> {
    try {
      await available(what, this.client.send(new PutCommand({ TableName: this.table, Item, ...condition })));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  }
}

function headFrom(item: Item): ChainHead {
  const { sk, number, digest, sequence, day } = item as { sk: string } & Omit<ChainHead, 'chain'>;
  return { chain: sk, number, digest, day, ...(sequence === undefined ? {} : { sequence }) };
}
