import { paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Item } from './attribute-values.js';
import { available } from '../base/aws-error.js';
import { DUE_SHARDS } from '../../domain/base/due-shard.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';
import { unreadable } from '../../domain/form/stored-json.js';
import { dueKey } from './ledger-item.js';

/** Name of the sparse index by due time on both tables. */
const INDEX = 'due';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Items whose due time lies in (after, until], oldest first. A day is spread over {@link DUE_SHARDS} keys; all of them are
 * asked side by side, and their answers are merged. Items of versions before the shards stand under the hour alone and are
 * read along. Eventually consistent, like every index: leave a second or two between `until` and now. What was due longer ago than
 * the retention is gone from the tables, so that `after` = 0 asks for no more than its days, and those ahead.
 *
 * @param kind first part of the keys, for items that nobody is to read among the others
 */
export async function* queryDue(
  client: DynamoDBDocumentClient,
  table: string,
  after: number,
  until: number,
  kind = '',
): AsyncGenerator<Item> {
  const from = Math.max(after, Math.min(until, Date.now()) - RETENTION_DAYS * DAY);
  for (let day = Math.floor(from / DAY) * DAY; day <= until; day += DAY) {
    const keys = Array.from({ length: DUE_SHARDS }, (_, shard) => dueKey(day, shard));
    for (let hour = day; hour < day + DAY; hour += HOUR)
      if (hour + HOUR > from && hour <= until) keys.push(new Date(hour).toISOString().slice(0, 13));
    const sources = keys.map(
      (key) => new DueSource(`what is due in ${table}`, pagesOf(client, table, `${kind}${key}`, from, until)),
    );
    yield* oldestFirst(sources);
  }
}

/**
 * Instant at which an item of the index is due, milliseconds since 1970. An item that says another instant than it is found
 * under would move its reader's place to where nothing was read.
 * @param kind as for {@link queryDue}
 * @throws LanewayError UNREADABLE
 */
export function dueOf(item: Item, kind = ''): number {
  const [time = ''] = String(item['dueAt']).split('#');
  const at = Date.parse(time);
  const isPlain = !Number.isNaN(at) && new Date(at).toISOString() === time;
  if (isPlain && String(item['dueHour']).startsWith(`${kind}${time.slice(0, 10)}`)) return at;
  throw unreadable('the time at which it is due is none, or not that of its key in the index');
}

/** Merges sources, each of which is in order. */
async function* oldestFirst(sources: readonly DueSource[]): AsyncGenerator<Item> {
  await Promise.all(sources.map((source) => source.fill()));
  for (let open = sources.filter(({ head }) => head); open.length > 0; open = open.filter(({ head }) => head)) {
    // As long as no source runs empty, none has to be asked.
    for (;;) {
      const next = open.reduce((first, other) => (other.at < first.at ? other : first));
      if (next.head) yield next.head;
      next.shift();
      if (next.head) continue;
      await next.fill();
      break;
    }
  }
}

interface Page {
  readonly Items?: Item[] | undefined;
}

/** The items of one key, page by page. */
class DueSource {
  #items: readonly Item[] = [];
  #next = 0;
  readonly #pages: AsyncIterator<Page>;

  constructor(
    private readonly what: string,
    pages: AsyncIterable<Page>,
  ) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** The first item that was not taken yet; undefined when the page is at its end. */
  get head(): Item | undefined {
    return this.#items[this.#next];
  }

  /** Due time and id of the head. */
  get at(): string {
    return String(this.head?.['dueAt']);
  }

  shift(): void {
    this.#next++;
  }

  /** Reads pages until one has items. */
  async fill(): Promise<void> {
    while (!this.head) {
      const page = await available(this.what, this.#pages.next());
      if (page.done === true) return;
      this.#items = page.value.Items ?? [];
      this.#next = 0;
    }
  }
}

function pagesOf(client: DynamoDBDocumentClient, table: string, key: string, from: number, until: number) {
  return paginateQuery(
    { client },
    {
      TableName: table,
      IndexName: INDEX,
      KeyConditionExpression: 'dueHour = :key AND dueAt BETWEEN :after AND :until',
      ExpressionAttributeValues: {
        ':key': key,
        // After every id of that millisecond: ids sort below the highest character of the basic plane.
        ':after': `${new Date(from).toISOString()}#\uffff`,
        ':until': `${new Date(until).toISOString()}#\uffff`,
      },
    },
  );
}
