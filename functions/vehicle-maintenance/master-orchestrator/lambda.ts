import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { lambda } from 'laneway/lambda';
import { masterOrchestrator } from './agent.js';
import { dynamoCases } from './dynamo-cases.js';
import { dynamoFeedback } from './dynamo-feedback.js';

export const handler = lambda(masterOrchestrator, ({ bind }) => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return {
    cases: dynamoCases({ client, tableName: bind('cases') }),
    feedback: dynamoFeedback({ client, tableName: bind('feedback') }),
  };
});
