import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type DynamoDBDocumentClient,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { defined } from '../../domain/base/defined.js';
import type { ChainHead } from '../../domain/evidence/ledger-chain.js';
import { checkHead, sealOf } from '../../domain/evidence/seal-form.js';
import type { ChainStore, Seal } from '../../domain/evidence/seal.js';
import { readOrPass, type PassedOver, type UnreadableRows } from '../../domain/form/passed-over.js';
import type { Item } from './attribute-values.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import { LanewayError } from '../../domain/base/errors.js';
import { FIRST_PART, LAST_SEAL, partsBefore, partsOf, sealFrom, sealItems, type SealPart } from './seal-items.js';

/** Seconds that the head of a shard's chain outlives its last line; a shard and its records end within two days. */
export const KEPT_SECONDS = 7 * 86_400;
const HEAD = 'head';
/** Reads of a seal in parts that another one may follow meanwhile. */
const MOST_READS = 3;

/**
 * Heads of chains in a table of their own: partition `head`, one item a chain; partition `seal`, the last seal, in parts
 * where one item has no room for it. Heads of shards are forgotten after a week, when their shard is long gone; the chain of a stream without shards stays.
 */
export class DynamoChainStore implements ChainStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly passedOver: UnreadableRows,
  ) {}

  async head(chain: string): Promise<ChainHead | undefined> {
    const Item = await this.#get(`reading the head of chain ${chain}`, { pk: HEAD, sk: chain });
    return Item && headFrom(Item);
  }

  async heads(): Promise<ChainHead[]> {
    const condition = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': HEAD } };
    const items = await this.#query('reading the heads of the chains', condition);
    return items.flatMap((item) => readOrPass(item, headFrom, placeOfHead, this.passedOver) ?? []);
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
    for (let read = 0; read < MOST_READS; read++) {
      const Item = await this.#get('reading the last seal', LAST_SEAL);
      if (typeof Item?.['seal'] === 'string') return sealOf(Item['seal']);
      const { number, digest, parts: count } = (Item ?? {}) as { number?: number; digest?: string; parts?: number };
      if (number === undefined || digest === undefined) return undefined;
      const parts = await this.#parts('begins_with(sk, :sk)', { ':sk': partsOf(number, digest) });
      if (parts.length === count) return sealFrom(parts);
    }
    throw new LanewayError('UNAVAILABLE', `the last seal changed ${MOST_READS} times while it was read`);
  }

  async nextSeal(seal: Seal): Promise<boolean> {
    const condition =
      seal.number === 1
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#number = :before',
            ExpressionAttributeNames: { '#number': 'number' },
            ExpressionAttributeValues: { ':before': seal.number - 1 },
          };
    const { last, parts } = sealItems(seal);
    for (const part of parts) await this.#put('writing a part of a seal', part as unknown as Item, {});
    const isNext = await this.#put('writing a seal', last, condition);
    // Those of this number stay, whoever came first: an answer that was lost may have hidden that it was this call.
    if (isNext) await this.#forgetPartsBefore(seal.number);
    return isNext;
  }

  async #parts(condition: string, values: Item): Promise<SealPart[]> {
    const query = {
      KeyConditionExpression: `pk = :pk and ${condition}`,
      ExpressionAttributeValues: { ':pk': LAST_SEAL.pk, ...values },
    };
    return (await this.#query('reading the parts of a seal', query)) as unknown as SealPart[];
  }

  async #forgetPartsBefore(number: number): Promise<void> {
    const earlier = { ':from': FIRST_PART, ':to': partsBefore(number) };
    for (const { pk, sk } of await this.#parts('sk BETWEEN :from AND :to', earlier)) {
      const command = new DeleteCommand({ TableName: this.table, Key: { pk, sk } });
      await available('removing a part of an earlier seal', this.client.send(command));
    }
  }

  async #query(
    what: string,
    condition: Pick<QueryCommandInput, 'KeyConditionExpression' | 'ExpressionAttributeValues'>,
  ) {
    const items: Item[] = [];
    for (let ExclusiveStartKey: Item | undefined; ;) {
      const given = { TableName: this.table, ConsistentRead: true, ExclusiveStartKey, ...condition };
      const page = await available(what, this.client.send(new QueryCommand(given)));
      items.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
      if (ExclusiveStartKey === undefined) return items;
    }
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
  return checkHead({ chain: sk, number, digest, day, ...defined({ sequence }) });
}

function placeOfHead({ sk }: Item): Pick<PassedOver, 'kind' | 'where'> {
  return { kind: 'head of a chain', where: String(sk) };
}
