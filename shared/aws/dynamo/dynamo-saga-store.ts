import { GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  lostStep,
  type LostStep,
  type NotedStep,
  type Replied,
  type Saga,
  type SagaFacts,
  type SagaStore,
  type UndoStep,
  type Undoing,
} from '../../domain/execution/saga.js';
import { sagaFrom, stepFrom, type SagaState } from '../../domain/execution/saga-form.js';
import { readOrPass, type UnreadableRows } from '../../domain/form/passed-over.js';
import { unreadable } from '../../domain/form/stored-json.js';
import { defined } from '../../domain/base/defined.js';
import { itemInTheWay, type Item } from './attribute-values.js';
import { available, isConditionFailed } from '../base/aws-error.js';
import { ttlFrom } from './ledger-item.js';

/** Longest that a Standard execution lasts (Step Functions quotas). */
const LONGEST_EXECUTION_MS = 365 * 86_400_000;
/** Steps that are read side by side where all are wanted: single reads, as functions may not read items in batches. */
const PAGE = 25;

/**
 * Compensations in the pending table, which has no sort key: an item for the execution, which counts its steps; one for
 * each step under its number, so that the order is that of noting, whatever clocks say; and one for each request, which
 * names its step's number and keeps it from being noted twice. Kept as long as an execution can last, and the ledger's
 * retention.
 */
export class DynamoSagaStore implements SagaStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly passedOver: UnreadableRows,
    private readonly now: () => number = () => Date.now(),
  ) {}

  async note(saga: SagaFacts, step: UndoStep): Promise<void> {
    const what = `noting what undoes ${step.step}`;
    const { execution } = saga;
    const counted = await this.update(what, executionKey(execution), {
      UpdateExpression:
        'SET #saga = if_not_exists(#saga, :saga), #ttl = if_not_exists(#ttl, :ttl), #noted = if_not_exists(#noted, :zero) + :one',
      ExpressionAttributeNames: { '#saga': 'saga', '#ttl': 'ttl', '#noted': 'noted' },
      ExpressionAttributeValues: { ':saga': JSON.stringify(saga), ':ttl': this.ttl(), ':zero': 0, ':one': 1 },
      ReturnValues: 'UPDATED_NEW',
    });
    const own = Number(counted?.['noted']);
    // A caller that repeats the note, or died before the step was written, goes on with the first number; its new
    // number stays empty.
    const number = await this.putOnce(what, { ...requestKey(execution, step.requestId), number: own });
    await this.putOnce(what, { ...stepKey(execution, number ?? own), step: JSON.stringify(step) });
  }

  async fail(execution: string, reason: string): Promise<boolean> {
    // Also where nothing is noted yet: a dispatch may be under way whose step must find its execution failed.
    const item = await this.update(`failing the saga of ${execution}`, executionKey(execution), {
      UpdateExpression: 'SET #failed = if_not_exists(#failed, :reason), #ttl = if_not_exists(#ttl, :ttl)',
      ExpressionAttributeNames: { '#failed': 'failed', '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':reason': reason, ':ttl': this.ttl() },
      ReturnValues: 'ALL_NEW',
    });
    return typeof item?.['saga'] === 'string';
  }

  async get(execution: string): Promise<Saga | undefined> {
    const item = await this.read(`reading the saga of ${execution}`, executionKey(execution));
    return item && sagaOf(item);
  }

  async step(execution: string, number: number): Promise<NotedStep | undefined> {
    const item = await this.stepItem(execution, number);
    return item && stepOf(item, number);
  }

  async find(execution: string, requestId: string): Promise<NotedStep | undefined> {
    const item = await this.read(`looking for what undoes ${requestId}`, requestKey(execution, requestId));
    if (!item) return undefined;
    const { number } = item;
    if (typeof number !== 'number') throw unreadable('the note of a request that would be undone has no number');
    return this.step(execution, number);
  }

  async *steps({ execution, noted }: Pick<Saga, 'execution' | 'noted'>): AsyncGenerator<NotedStep | LostStep> {
    for (let from = noted; from > 0; from -= PAGE) {
      const numbers = Array.from({ length: Math.min(PAGE, from) }, (_, index) => from - index);
      const items = await Promise.all(
        numbers.map(async (number) => [number, await this.stepItem(execution, number)] as const),
      );
      for (const [number, item] of items) if (item) yield this.listed(item, number);
    }
  }

  /** A step among others: one that cannot be read is noted, and the others go on. */
  private listed(item: Item, number: number): NotedStep | LostStep {
    const place = () => ({ kind: 'compensation', where: String(item['pk']) }) as const;
    return readOrPass(item, (one) => stepOf(one, number), place, this.passedOver) ?? lostStep(number);
  }

  private async stepItem(execution: string, number: number): Promise<Item | undefined> {
    return this.read(`reading step ${number} of the saga of ${execution}`, stepKey(execution, number));
  }

  async keepLate(execution: string, number: number, reply: Replied): Promise<void> {
    await this.update(`keeping a late reply for ${execution}`, stepKey(execution, number), {
      UpdateExpression: 'SET #late = if_not_exists(#late, :late)',
      ExpressionAttributeNames: { '#late': 'late' },
      ExpressionAttributeValues: { ':late': JSON.stringify(reply) },
    });
  }

  async reopen(execution: string, number: number): Promise<void> {
    await this.update(`reopening step ${number} of the saga of ${execution}`, executionKey(execution), {
      UpdateExpression: 'ADD #reopened :number, #reopenings :one',
      ExpressionAttributeNames: { '#reopened': 'reopened', '#reopenings': 'reopenings' },
      ExpressionAttributeValues: { ':number': new Set([number]), ':one': 1 },
    });
  }

  async settle(execution: string, number: number, undoing: Undoing): Promise<void> {
    await this.update(`settling step ${number} of the saga of ${execution}`, stepKey(execution, number), {
      UpdateExpression: 'SET #undoing = :undoing',
      ExpressionAttributeNames: { '#undoing': 'undoing' },
      ExpressionAttributeValues: { ':undoing': undoing },
    });
  }

  async move(execution: string, next: number, done: readonly number[]): Promise<void> {
    const removing = done.length > 0;
    await this.update(`moving on in the saga of ${execution}`, executionKey(execution), {
      UpdateExpression: `SET #next = :next${removing ? ' DELETE #reopened :done' : ''}`,
      ExpressionAttributeNames: { '#next': 'next', ...(removing ? { '#reopened': 'reopened' } : {}) },
      ExpressionAttributeValues: { ':next': next, ...(removing ? { ':done': new Set(done) } : {}) },
    });
  }

  async tell(execution: string, reopenings: number): Promise<void> {
    await this.update(`noting what was told of the saga of ${execution}`, executionKey(execution), {
      UpdateExpression: 'SET #told = :told',
      ExpressionAttributeNames: { '#told': 'told' },
      ExpressionAttributeValues: { ':told': reopenings },
    });
  }

  private async read(what: string, Key: Key): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: this.table, Key, ConsistentRead: true });
    return (await available(what, this.client.send(command))).Item;
  }

  private async update(
    what: string,
    Key: Key,
    parts: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>,
  ): Promise<Item | undefined> {
    const command = new UpdateCommand({ TableName: this.table, Key, ...parts });
    return (await available(what, this.client.send(command))).Attributes;
  }

  /** Writes an item unless its key is taken. @returns the number in the item that is there already */
  private async putOnce(what: string, item: Item & Key): Promise<number | undefined> {
    const command = new PutCommand({
      TableName: this.table,
      Item: { ...item, ttl: this.ttl() },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await available(what, this.client.send(command));
      return undefined;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const number = itemInTheWay(error)?.['number'];
      return typeof number === 'number' ? number : undefined;
    }
  }

  private ttl(): number {
    return ttlFrom(this.now() + LONGEST_EXECUTION_MS);
  }
}

interface Key {
  readonly pk: string;
}

/** Key of an execution's item. Keys of requests hold no `#`, so that the two never meet. */
function executionKey(execution: string): Key {
  return { pk: `saga#${execution}` };
}

function stepKey(execution: string, number: number): Key {
  return { pk: `saga#${execution}#step#${number}` };
}

function requestKey(execution: string, requestId: string): Key {
  return { pk: `saga#${execution}#request#${requestId}` };
}

/**
 * A compensation from its item; undefined for an item that only tells that its execution has failed.
 * @throws LanewayError UNREADABLE
 */
function sagaOf({ saga, noted = 0, failed, next, reopened, reopenings = 0, told }: Item): Saga | undefined {
  if (saga === undefined) return undefined;
  if (typeof saga !== 'string') throw unreadable('the saga is no text');
  const standing = { noted, reopened: reopened instanceof Set ? [...reopened] : (reopened ?? []), reopenings };
  return sagaFrom(saga, { ...standing, ...defined({ failed, next, told }) } as SagaState);
}

/** @throws LanewayError UNREADABLE */
function stepOf({ step, late, undoing }: Item, number: number): NotedStep {
  return stepFrom({ text: step, ...defined({ late, undoing }) }, number);
}
