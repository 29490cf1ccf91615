import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { lambda } from 'laneway/lambda';
import { scheduling } from './agent.js';
import { dynamoSlots } from './dynamo-slots.js';
import { SAMPLE_CENTRES } from './service-centre.js';

export const handler = lambda(scheduling, ({ bind }) => ({
  slots: dynamoSlots({
    client: DynamoDBDocumentClient.from(new DynamoDBClient({})),
    tableName: bind('slots'),
    centres: SAMPLE_CENTRES,
    now: () => new Date(),
  }),
}));
