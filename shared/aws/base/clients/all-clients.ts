import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { once, type AwsClientsOptions } from './client-settings.js';
import { documentClient, newDocuments } from './dynamo-client.js';
import { eventBridgeClient, newEventBridge } from './event-bridge-client.js';
import { kmsClient, newKms } from './kms-client.js';
import { newS3, s3Client } from './s3-client.js';
import { newSfn, sfnClient } from './sfn-client.js';
import { newSqs, sqsClient } from './sqs-client.js';

/** SDK clients, each built at its first use and then kept, so that a process holds one connection pool a service. */
export interface AwsClients {
  readonly eventBridge: EventBridgeClient;
  readonly sqs: SQSClient;
  readonly documents: DynamoDBDocumentClient;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly kms: KMSClient;
}

/** Clients of their own, for tools that talk to an endpoint other than the environment's. */
export function createAwsClients(options: AwsClientsOptions = {}): AwsClients {
  return recordOf({
    eventBridge: once(() => newEventBridge(options)),
    sqs: once(() => newSqs(options)),
    documents: once(() => newDocuments(options)),
    s3: once(() => newS3(options)),
    sfn: once(() => newSfn(options)),
    kms: once(() => newKms(options)),
  });
}

/** The clients of this process, for programs that are not bundled: a function imports the module of the one that it needs. */
export function awsClients(): AwsClients {
  return recordOf({
    eventBridge: eventBridgeClient,
    sqs: sqsClient,
    documents: documentClient,
    s3: s3Client,
    sfn: sfnClient,
    kms: kmsClient,
  });
}

function recordOf(clients: { readonly [Name in keyof AwsClients]: () => AwsClients[Name] }): AwsClients {
  return {
    get eventBridge() {
      return clients.eventBridge();
    },
    get sqs() {
      return clients.sqs();
    },
    get documents() {
      return clients.documents();
    },
    get s3() {
      return clients.s3();
    },
    get sfn() {
      return clients.sfn();
    },
    get kms() {
      return clients.kms();
    },
  };
}
