import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { emergencyFrom, type Emergency, type EmergencyStore } from '../../../domain/emergency/emergency.js';
import { available, isConditionFailed } from '../../base/aws-error.js';
import { EMERGENCY_KEY } from './emergency-key.js';

/** Emergencies in one item of the ledger table, which agents and clients may read, and operators alone write. It never ends. */
export class DynamoEmergencyStore implements EmergencyStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async latest(): Promise<Emergency | undefined> {
    const { Item } = await available(
      'reading the emergency',
      this.client.send(new GetCommand({ TableName: this.table, Key: EMERGENCY_KEY, ConsistentRead: true })),
    );
    return Item && emergencyFrom(Item['emergency']);
  }

  async write(emergency: Emergency): Promise<boolean> {
    const { turn } = emergency;
    try {
      await available(
        'writing the emergency',
        this.client.send(
          new PutCommand({
            TableName: this.table,
            Item: { ...EMERGENCY_KEY, turn, emergency: JSON.stringify(emergency) },
            ...(turn === 1
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : { ConditionExpression: 'turn = :before', ExpressionAttributeValues: { ':before': turn - 1 } }),
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
