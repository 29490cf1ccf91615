import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { lambda } from 'laneway/lambda';
import * as z from 'zod';
import { customerEngagement } from './agent.js';
import { sampleDirectory } from './customer-directory.js';
import { dynamoOutreach } from './dynamo-outreach.js';
import { sesMail } from './ses-mail.js';
import { snsText } from './sns-text.js';

export const handler = lambda(customerEngagement, ({ bind }) => ({
  // The reference application invents its customers; a real one reads them from where they are.
  directory: sampleDirectory(),
  outreach: dynamoOutreach({
    client: DynamoDBDocumentClient.from(new DynamoDBClient({})),
    tableName: bind('outreach'),
  }),
  senders: {
    mail: sesMail({ client: new SESv2Client({}), from: bind('sender') }),
    text: snsText({ client: new SNSClient({}) }),
  },
  approvers: z.record(z.string(), z.email()).parse(JSON.parse(bind('approvers'))),
}));
