import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { withHeard, type Case, type CaseStore } from './case-store.js';

/** Attempts to write while other messages of the same conversation are being heard. */
const ATTEMPTS = 8;

/**
 * A {@link CaseStore} on a DynamoDB table with partition key `pk` and sort key `sk`: a versioned item for each
 * conversation, and one for its decision. Needs GetItem and PutItem.
 */
export function dynamoCases(options: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}): CaseStore {
  const { client, tableName } = options;
  const get = async (conversation: string, sk: string) =>
    (
      await client.send(
        new GetCommand({ TableName: tableName, Key: { pk: `case#${conversation}`, sk }, ConsistentRead: true }),
      )
    ).Item;
  /** False when the condition does not hold. */
  const put = async (
    conversation: string,
    sk: string,
    attributes: Record<string, unknown>,
    condition: string,
    values?: Record<string, unknown>,
  ) => {
    try {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { pk: `case#${conversation}`, sk, ...attributes },
          ConditionExpression: condition,
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  return {
    hear: async (conversation, heard, vin) => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const item = await get(conversation, 'case');
        const version = (item?.['version'] as number | undefined) ?? 0;
        const updated = withHeard(item?.['case'] as Case | undefined, heard, vin);
        const written =
          version === 0
            ? await put(conversation, 'case', { case: updated, version: 1 }, 'attribute_not_exists(pk)')
            : await put(conversation, 'case', { case: updated, version: version + 1 }, 'version = :version', {
                ':version': version,
              });
        if (written) return updated;
      }
      throw new Error(`the case of ${conversation} changed ${ATTEMPTS} times while it was being written`);
    },
    decide: async (conversation, effectKey) =>
      (await put(conversation, 'decision', { by: effectKey }, 'attribute_not_exists(pk)')) ||
      (await get(conversation, 'decision'))?.['by'] === effectKey,
  };
}
