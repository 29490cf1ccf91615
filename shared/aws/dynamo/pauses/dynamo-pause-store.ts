import { GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { defined } from '../../../domain/base/defined.js';
import { anyText, instant } from '../../../domain/form/shapes.js';
import type { ChannelPause, PauseStore, WaitingMessage } from '../../../domain/pause/pause.js';
import type { Item } from '../attribute-values.js';
import { available, isConditionFailed } from '../../base/aws-error.js';
import { ttlFrom } from '../ledger-item.js';
import { PAUSES_KEY, waitingKey } from './pause-keys.js';

const pauseForm = z.object({
  ...{ channel: anyText, by: anyText, why: anyText, since: instant, emergency: z.string().optional() },
});
const waitingForm = z.object({ agent: anyText, channel: anyText, since: instant, expires: instant, sent: instant });

/**
 * Pauses in one item of the ledger table, which every receiver may read, and which operators alone write. What waits is noted by the
 * receivers, each in an item of its own.
 */
export class DynamoPauseStore implements PauseStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  all(): Promise<readonly ChannelPause[]> {
    return this.#read(true);
  }

  recent(): Promise<readonly ChannelPause[]> {
    return this.#read(false);
  }

  async begin(pause: ChannelPause): Promise<ChannelPause> {
    await this.#update('SET channels = if_not_exists(channels, :none)', { ':none': {} });
    const { channel } = pause;
    // That of an emergency gives way to an operator's own.
    const orTaken = pause.emergency === undefined ? ' OR attribute_exists(channels.#channel.emergency)' : '';
    const free = { channel, if: `attribute_not_exists(channels.#channel)${orTaken}` };
    if (await this.#update('SET channels.#channel = :one', { ':one': pause }, free)) return pause;
    return (await this.all()).find((one) => one.channel === channel) ?? pause;
  }

  end(channel: string, since: string): Promise<boolean> {
    const unchanged = { channel, if: 'channels.#channel.since = :since' };
    return this.#update('REMOVE channels.#channel', { ':since': since }, unchanged);
  }

  async noteWaiting(message: WaitingMessage, now: number): Promise<void> {
    const { agent, channel, expires, since } = message;
    const call = new PutCommand({
      TableName: this.table,
      Item: { ...waitingKey(agent, channel), ...message, ttl: ttlFrom(now) },
      ConditionExpression: 'attribute_not_exists(pk) OR since <> :since OR expires > :expires OR expires <= :now',
      ExpressionAttributeValues: { ':since': since, ':expires': expires, ':now': new Date(now).toISOString() },
    });
    try {
      await available(`noting what waits on ${channel}`, this.client.send(call));
    } catch (error) {
      // Another process has noted one that expires earlier.
      if (!isConditionFailed(error)) throw error;
    }
  }

  async firstWaiting(agent: string, channel: string): Promise<WaitingMessage | undefined> {
    const item = await this.#get(waitingKey(agent, channel), true);
    // An agent's role writes it: what is in another form says nothing.
    const read = waitingForm.safeParse(item);
    return read.success && read.data.agent === agent && read.data.channel === channel ? read.data : undefined;
  }

  async #read(ConsistentRead: boolean): Promise<readonly ChannelPause[]> {
    const item = await this.#get(PAUSES_KEY, ConsistentRead);
    return Object.values((item?.['channels'] ?? {}) as Readonly<Record<string, unknown>>).flatMap((one) => {
      const read = pauseForm.safeParse(one);
      if (!read.success) return [];
      const { emergency, ...pause } = read.data;
      return [{ ...pause, ...defined({ emergency }) }];
    });
  }

  async #get(Key: typeof PAUSES_KEY, ConsistentRead: boolean): Promise<Item | undefined> {
    const call = new GetCommand({ TableName: this.table, Key, ConsistentRead });
    const { Item } = await available('reading the pauses of channels', this.client.send(call));
    return Item;
  }

  /** @returns false when the condition does not hold */
  async #update(
    UpdateExpression: string,
    values: Record<string, unknown>,
    on?: { readonly channel: string; readonly if: string },
  ): Promise<boolean> {
    const call = new UpdateCommand({
      ...{ TableName: this.table, Key: PAUSES_KEY, UpdateExpression, ExpressionAttributeValues: values },
      ...(on && { ConditionExpression: on.if, ExpressionAttributeNames: { '#channel': on.channel } }),
    });
    try {
      await available('writing a pause', this.client.send(call));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  }
}
