import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Saga, SagaStore, UndoStep } from '../domain/saga.js';
import type { Item } from './attribute-values.js';
import { available, isConditionFailed } from './aws-error.js';
import { ttlFrom } from './ledger-item.js';

/** Longest that a Standard execution lasts (Step Functions quotas). */
const LONGEST_EXECUTION_MS = 365 * 86_400_000;

/**
 * Compensations in the pending table: one item for each execution with the list of its steps, which steps that are
 * dispatched side by side all add to; an attribute for each keeps it from being added twice. Kept as long as an execution
 * can last, and the ledger's retention.
 */
export class DynamoSagaStore implements SagaStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = () => Date.now(),
  ) {}

  async note(saga: Omit<Saga, 'steps' | 'failed'>, step: UndoStep): Promise<void> {
    const assignments = [
      '#saga = if_not_exists(#saga, :saga)',
      '#ttl = if_not_exists(#ttl, :ttl)',
      '#steps = list_append(if_not_exists(#steps, :none), :step)',
      '#noted = :noted',
    ];
    try {
      await available(
        `noting what undoes ${step.step}`,
        this.client.send(
          new UpdateCommand({
            TableName: this.table,
            Key: keyOf(saga.execution),
            UpdateExpression: `SET ${assignments.join(', ')}`,
            ConditionExpression: 'attribute_not_exists(#noted)',
            ExpressionAttributeNames: {
              ...{ '#saga': 'saga', '#steps': 'steps', '#ttl': 'ttl' },
              '#noted': `noted:${step.requestId}`,
            },
            ExpressionAttributeValues: {
              ...{ ':saga': JSON.stringify(saga), ':step': [JSON.stringify(step)], ':none': [], ':noted': true },
              ':ttl': ttlFrom(this.now() + LONGEST_EXECUTION_MS),
            },
          }),
        ),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }

  async fail(execution: string, reason: string): Promise<Saga | undefined> {
    // Also where nothing is noted yet: a dispatch may be under way whose step must find its execution failed.
    const { Attributes } = await available(
      `failing the saga of ${execution}`,
      this.client.send(
        new UpdateCommand({
          TableName: this.table,
          Key: keyOf(execution),
          UpdateExpression: 'SET #failed = if_not_exists(#failed, :reason), #ttl = if_not_exists(#ttl, :ttl)',
          ExpressionAttributeNames: { '#failed': 'failed', '#ttl': 'ttl' },
          ExpressionAttributeValues: { ':reason': reason, ':ttl': ttlFrom(this.now() + LONGEST_EXECUTION_MS) },
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    return Attributes && sagaFrom(Attributes);
  }

  async get(execution: string): Promise<Saga | undefined> {
    const { Item } = await available(
      `reading the saga of ${execution}`,
      this.client.send(new GetCommand({ TableName: this.table, Key: keyOf(execution), ConsistentRead: true })),
    );
    return Item && sagaFrom(Item);
  }
}

/** Keys of requests hold no `#`. */
function keyOf(execution: string): { pk: string } {
  return { pk: `saga#${execution}` };
}

/** Undefined for an item that only says that its execution has failed. */
function sagaFrom({ saga, steps, failed }: Item): Saga | undefined {
  if (typeof saga !== 'string') return undefined;
  return {
    ...(JSON.parse(saga) as Omit<Saga, 'steps' | 'failed'>),
    steps: (steps as string[]).map((step) => JSON.parse(step) as UndoStep),
    ...(typeof failed === 'string' ? { failed } : {}),
  };
}
