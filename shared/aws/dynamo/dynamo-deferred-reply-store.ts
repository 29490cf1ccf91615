import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Envelope } from '../../domain/wire/envelope.js';
import type { DeferredReply, DeferredReplyStore } from '../../domain/request/deferred-replies.js';
import { available } from '../base/aws-error.js';
import { laterItemKey } from './ledger-item.js';

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
    if (!Item) return undefined;
    const envelope = JSON.parse(String(Item['envelope'])) as Envelope;
    return { agent, command, key, envelope, forgetAfter: Number(Item['ttl']) };
  }
}
