import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HeldTime, HeldTimes } from '../../../domain/quarantine/quarantine.js';
import { available } from '../../base/aws-error.js';
import { heldTimesKey } from './quarantines-key.js';

/**
 * Time for which a process keeps what it has read, milliseconds. A backlog of expired messages then costs no read for each, and an
 * agent that was held for longer than this reads anew.
 */
export const HELD_TIMES_KEPT_MS = 30_000;

interface Kept {
  readonly at: number;
  readonly times: readonly HeldTime[];
}

/** Times of quarantines of agents, each in an item of the ledger table that its role may read. */
export class DynamoHeldTimes implements HeldTimes {
  readonly #kept = new Map<string, Kept>();

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {}

  async of(agent: string): Promise<readonly HeldTime[]> {
    const kept = this.#kept.get(agent);
    if (kept && this.now() - kept.at < HELD_TIMES_KEPT_MS) return kept.times;
    const { Item } = await available(
      'reading how long the agent was in quarantine',
      this.client.send(new GetCommand({ TableName: this.table, Key: heldTimesKey(agent), ConsistentRead: true })),
    );
    const stored = (Item?.['times'] ?? {}) as Readonly<Record<string, string>>;
    const times = Object.entries(stored).map(([since, until]) => ({ since, until }));
    this.#kept.set(agent, { at: this.now(), times });
    return times;
  }
}
