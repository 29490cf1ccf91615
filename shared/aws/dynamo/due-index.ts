import { paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Item } from './attribute-values.js';
import { available } from '../base/aws-error.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';

/** Name of the sparse index by due hour on both tables. */
const INDEX = 'due';
const HOUR = 3_600_000;
/** Hours asked for at the same time. */
const AHEAD = 16;

/**
 * Items whose due time lies in (after, until], oldest first: one query for each hour, as one partition holds an hour.
 * Eventually consistent, like every index: leave a second or two between `until` and now. What was due longer ago than the
 * retention is gone from the tables, so that `after` = 0 asks for no more than its hours, and those ahead.
 */
export async function* queryDue(
  client: DynamoDBDocumentClient,
  table: string,
  after: number,
  until: number,
): AsyncGenerator<Item> {
  const from = Math.max(after, Math.min(until, Date.now()) - RETENTION_DAYS * 24 * HOUR);
  const hours: number[] = [];
  for (let hour = Math.floor(from / HOUR) * HOUR; hour <= until; hour += HOUR) hours.push(hour);
  const what = `what is due in ${table}`;
  for (let at = 0; at < hours.length; at += AHEAD) {
    // First pages side by side, as most hours of a long absence are empty; the rest of an hour only when it is reached.
    const iterators = hours
      .slice(at, at + AHEAD)
      .map((hour) => pagesOf(client, table, hour, from, until)[Symbol.asyncIterator]());
    const first = await Promise.all(iterators.map((pages) => available(what, pages.next())));
    for (const [index, pages] of iterators.entries()) {
      let page = first[index];
      while (page && !page.done) {
        yield* (page.value.Items ?? []) as Item[];
        page = await available(what, pages.next());
      }
    }
  }
}

function pagesOf(client: DynamoDBDocumentClient, table: string, hour: number, from: number, until: number) {
  return paginateQuery(
    { client },
    {
      TableName: table,
      IndexName: INDEX,
      KeyConditionExpression: 'dueHour = :hour AND dueAt BETWEEN :after AND :until',
      ExpressionAttributeValues: {
        ':hour': new Date(hour).toISOString().slice(0, 13),
        // After every id of that millisecond: ids sort below the highest character of the basic plane.
        ':after': `${new Date(from).toISOString()}#\uffff`,
        ':until': `${new Date(until).toISOString()}#\uffff`,
      },
    },
  );
}
