import { PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { OpenExecution, OpenExecutionStore } from '../../domain/execution/open-executions.js';
import { readOrPass, type PassedOver, type UnreadableRows } from '../../domain/form/passed-over.js';
import { unreadable } from '../../domain/form/stored-json.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import type { Item } from './attribute-values.js';
import { dueOf, queryDue } from './due-index.js';
import { dueAttributes, ttlFrom } from './ledger-item.js';

/** First part of keys and due hours: nobody reads these notes among the requests. */
const KIND = 'execution#';

/**
 * Notes of open executions in the pending table, beside the requests. A note that is taken away only leaves the index, as
 * whoever may write in the table may delete nothing; it ends with its time to live.
 */
export class DynamoOpenExecutionStore implements OpenExecutionStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly passedOver: UnreadableRows,
  ) {}

  async note({ workflow, name, since }: OpenExecution, due: number): Promise<void> {
    const { dueHour, dueAt } = dueAttributes(due, name);
    const facts = { workflow, name, since, ttl: ttlFrom(due) };
    const Item = { pk: `${KIND}${name}`, ...facts, dueHour: `${KIND}${dueHour}`, dueAt };
    await available(`noting ${name}`, this.client.send(new PutCommand({ TableName: this.table, Item })));
  }

  async close(name: string): Promise<void> {
    const command = new UpdateCommand({
      TableName: this.table,
      Key: { pk: `${KIND}${name}` },
      UpdateExpression: 'REMOVE dueHour, dueAt',
      ConditionExpression: 'attribute_exists(dueAt)',
    });
    try {
      await available(`closing ${name}`, this.client.send(command));
    } catch (error) {
      // No note, or one that was taken away before.
      if (!isConditionFailed(error)) throw error;
    }
  }

  async *due(after: number, until: number): AsyncGenerator<OpenExecution & { readonly due: number }> {
    for await (const item of queryDue(this.client, this.table, after, until, KIND)) {
      const open = readOrPass(item, openFrom, placeOf, this.passedOver);
      if (open) yield open;
    }
  }
}

function openFrom(item: Item): OpenExecution & { readonly due: number } {
  const { workflow, name, since } = item;
  if (typeof workflow !== 'string' || typeof name !== 'string' || !Number.isSafeInteger(since))
    throw unreadable('the note of an execution has another form than its writers give it');
  return { workflow, name, since: Number(since), due: dueOf(item, KIND) };
}

function placeOf(item: Item): Pick<PassedOver, 'kind' | 'where'> {
  return { kind: 'note of an execution', where: String(item['pk']) };
}
