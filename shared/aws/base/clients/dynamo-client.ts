import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** A DynamoDB document client of its own. */
export function newDocuments(options: AwsClientsOptions = {}): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(settingsOf(options)), {
    marshallOptions: { removeUndefinedValues: true },
    // By itself it throws at a number with a fraction beyond 2^53, and one row of somebody's fails the read of all.
    unmarshallOptions: { wrapNumbers: Number },
  });
}

/** DynamoDB document client of this process. */
export const documentClient = /* @__PURE__ */ once(newDocuments);
