import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { Reading } from '../schemas.js';
import { HISTORY_LENGTH, type HistoryStore } from './history-store.js';

interface Report {
  readonly effectKey: string;
  readonly readings: readonly Reading[];
}

/** Attempts to write while other reports of the same vehicle are being written. */
const ATTEMPTS = 6;

/**
 * A {@link HistoryStore} on a DynamoDB table with partition key `pk` and sort key `sk`: one item a vehicle, replaced on
 * the condition that its version is still the one that was read. Needs GetItem and UpdateItem.
 */
export function dynamoHistory(options: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}): HistoryStore {
  const { client, tableName } = options;
  const read = async (vin: string): Promise<{ reports: Report[]; version: number }> => {
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: keyOf(vin), ConsistentRead: true }));
    return {
      reports: (Item?.['reports'] as Report[] | undefined) ?? [],
      version: (Item?.['version'] as number | undefined) ?? 0,
    };
  };
  return {
    recent: async (vin, effectKey) => {
      const { reports } = await read(vin);
      return reports
        .filter((report) => report.effectKey !== effectKey)
        .flatMap(({ readings }) => readings)
        .slice(-HISTORY_LENGTH);
    },
    append: async (vin, readings, effectKey) => {
      for (let attempt = 1; ; attempt++) {
        const { reports, version } = await read(vin);
        if (reports.some((report) => report.effectKey === effectKey)) return;
        // Each report holds at least one reading, so that this many reports are always enough.
        const kept = [...reports, { effectKey, readings: readings.slice(-HISTORY_LENGTH) }].slice(-HISTORY_LENGTH);
        try {
          await client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: keyOf(vin),
              UpdateExpression: 'SET reports = :reports, version = :next',
              ConditionExpression: version === 0 ? 'attribute_not_exists(version)' : 'version = :version',
              ExpressionAttributeValues: {
                ':reports': kept,
                ':next': version + 1,
                ...(version === 0 ? {} : { ':version': version }),
              },
            }),
          );
          return;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException) || attempt === ATTEMPTS) throw error;
        }
      }
    },
  };
}

const keyOf = (vin: string): { pk: string; sk: string } => ({ pk: `vehicle#${vin}`, sk: 'history' });
