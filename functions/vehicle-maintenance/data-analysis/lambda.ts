import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { lambda } from 'laneway/lambda';
import { dataAnalysis } from './agent.js';
import { dynamoHistory } from './dynamo-history.js';
import { PriceList } from '../price-list.js';

export const handler = lambda(dataAnalysis, ({ bind }) => ({
  history: dynamoHistory({ client: DynamoDBDocumentClient.from(new DynamoDBClient({})), tableName: bind('history') }),
  prices: PriceList.parse(JSON.parse(bind('prices'))),
}));
