import { paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Item } from './attribute-values.js';
import { available } from './aws-error.js';
import { RETENTION_DAYS } from './ledger-item.js';

/** Name of the sparse index by due hour on both tables. */
const INDEX = 'due';
const HOUR = 3_600_000;

/**
 * Items whose due time lies in (after, until], oldest first: one query for each hour, as one partition holds an hour.
 * Eventually consistent, like every index: leave a second or two between `until` and now. What is older than the
 * retention is gone from the tables, so that `after` = 0 asks for no more than its hours.
 */
export async function* queryDue(
  client: DynamoDBDocumentClient,
  table: string,
  after: number,
  until: number,
): AsyncGenerator<Item> {
  const from = Math.max(after, until - RETENTION_DAYS * 24 * HOUR);
  for (let hour = Math.floor(from / HOUR) * HOUR; hour <= until; hour += HOUR) {
    const pages = paginateQuery(
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
    const iterator = pages[Symbol.asyncIterator]();
    for (;;) {
      const page = await available(`what is due in ${table}`, iterator.next());
      if (page.done) break;
      yield* (page.value.Items ?? []) as Item[];
    }
  }
}
