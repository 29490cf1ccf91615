import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DeferredReply, DeferredReplyStore } from '../../domain/request/deferred-replies.js';
import { deferredReplyFrom } from '../../domain/request/deferred-form.js';
import { available } from '../base/aws-error.js';
import type { Item } from './attribute-values.js';
import { LATER_PARTITIONS, laterItemKey } from './ledger-item.js';

/**
 * Replies put off, in the ledger table (partitions `later#<agent>#<command>`), so that agents need no access to the pending table.
 * The same key again replaces what stands there; it is forgotten by TTL, some time after `forgetAfter`.
 */
export class DynamoDeferredReplyStore implements DeferredReplyStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async put(later: DeferredReply): Promise<void> {
    const { agent, command, key, envelope, forgetAfter } = later;
    const item = {
      ...laterItemKey(agent, command, key),
      envelope: JSON.stringify(envelope),
      ttl: Math.ceil(forgetAfter),
    };
    await available(
      `putting off the reply to ${command} '${key}'`,
      this.client.send(new PutCommand({ TableName: this.table, Item: item })),
    );
  }

  async get(agent: string, command: string, key: string): Promise<DeferredReply | undefined> {
    const { Item } = await available(
      `reading the put-off reply to ${command} '${key}'`,
      this.client.send(
        new GetCommand({ TableName: this.table, Key: laterItemKey(agent, command, key), ConsistentRead: true }),
      ),
    );
    return Item && deferredReplyOf(Item);
  }
}

/**
 * The put-off reply of an item, by its key; undefined for an item of another kind.
 * @throws LanewayError UNREADABLE
 */
export function deferredReplyOf({ pk, sk, envelope, ttl }: Item): DeferredReply | undefined {
  const [agent = '', command = '', ...more] = String(pk).slice(LATER_PARTITIONS.length).split('#');
  // Types of messages begin with a capital letter: what else stands beside the replies does not.
  if (!String(pk).startsWith(LATER_PARTITIONS) || more.length > 0 || !/^[A-Z]/.test(command)) return undefined;
  return deferredReplyFrom({ agent, command, key: String(sk), text: envelope, forgetAfter: Number(ttl) });
}
