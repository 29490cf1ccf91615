import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  isInForce,
  partyName,
  type Party,
  type Quarantine,
  type QuarantineStore,
} from '../../../domain/quarantine/quarantine.js';
import { available, isConditionFailed } from '../../base/aws-error.js';
import { heldTimesKey, QUARANTINES_KEY } from './quarantines-key.js';

type Parties = Readonly<Record<string, Quarantine>>;

/**
 * Quarantines in one item of the pending table, under a key that no agent's or client's role covers. It never ends. What agents are
 * to know of it, they have in the ledger table.
 */
export class DynamoQuarantineStore implements QuarantineStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly ledgerTable: string,
  ) {}

  async all(): Promise<readonly Quarantine[]> {
    return Object.values(await this.#parties());
  }

  async begin(quarantine: Quarantine): Promise<Quarantine> {
    await this.#update('SET parties = if_not_exists(parties, :none)', { ':none': {} });
    const party = partyName(quarantine);
    const free = 'attribute_not_exists(parties.#party) OR attribute_exists(parties.#party.released)';
    if (await this.#update('SET parties.#party = :one', { ':one': quarantine }, { party, if: free })) return quarantine;
    return (await this.#parties())[party] ?? quarantine;
  }

  async end(party: Party, at: string): Promise<Quarantine | undefined> {
    const name = partyName(party);
    const standing = (await this.#parties())[name];
    if (!standing || !isInForce(standing)) return undefined;
    // The agent's copy first: what is released without it would have expired meanwhile.
    if (party.kind === 'agent') await this.#noteHeld(party.name, standing.since, at);
    const unchanged = 'parties.#party.since = :since AND attribute_not_exists(parties.#party.released)';
    const ended = await this.#update(
      'SET parties.#party.released = :at',
      { ':at': at, ':since': standing.since },
      { party: name, if: unchanged },
    );
    return ended ? { ...standing, released: at } : undefined;
  }

  /** By the beginning, so that a repetition adds nothing. */
  async #noteHeld(agent: string, since: string, until: string): Promise<void> {
    const on = { TableName: this.ledgerTable, Key: heldTimesKey(agent) };
    await available(
      'noting how long an agent was in quarantine',
      this.client
        .send(
          new UpdateCommand({
            ...{ ...on, UpdateExpression: 'SET times = if_not_exists(times, :none)' },
            ExpressionAttributeValues: { ':none': {} },
          }),
        )
        .then(() =>
          this.client.send(
            new UpdateCommand({
              ...{
                ...on,
                UpdateExpression: 'SET times.#since = :until',
                ExpressionAttributeNames: { '#since': since },
              },
              ExpressionAttributeValues: { ':until': until },
            }),
          ),
        ),
    );
  }

  async #parties(): Promise<Parties> {
    const { Item } = await available(
      'reading the quarantines',
      this.client.send(new GetCommand({ TableName: this.table, Key: { pk: QUARANTINES_KEY }, ConsistentRead: true })),
    );
    return (Item?.['parties'] ?? {}) as Parties;
  }

  /** @returns false when the condition does not hold */
  async #update(
    UpdateExpression: string,
    values: Record<string, unknown>,
    on?: { readonly party: string; readonly if: string },
  ): Promise<boolean> {
    try {
      await available(
        'writing a quarantine',
        this.client.send(
          new UpdateCommand({
            ...{ TableName: this.table, Key: { pk: QUARANTINES_KEY }, UpdateExpression },
            ExpressionAttributeValues: values,
            ...(on && { ConditionExpression: on.if, ExpressionAttributeNames: { '#party': on.party } }),
          }),
        ),
      );
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  }
}
