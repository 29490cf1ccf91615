import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** SDK clients, each built at its first use and then kept, so that a process holds one connection pool a service. */
export interface AwsClients {
  readonly eventBridge: EventBridgeClient;
  readonly sqs: SQSClient;
  readonly documents: DynamoDBDocumentClient;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly kms: KMSClient;
}

/** Settings that differ from the SDK's own; region, credentials and endpoint are the environment's (`AWS_*`). */
export interface AwsClientsOptions {
  readonly endpoint?: string;
  readonly region?: string;
}

let shared: AwsClients | undefined;

/** The clients of this process. */
export function awsClients(): AwsClients {
  shared ??= createAwsClients();
  return shared;
}

/** Tries of one call to AWS, the first included. */
export const CALL_ATTEMPTS = 4;

/** Longest time to connect. */
export const CONNECTION_TIMEOUT_MS = 3_000;

/** Longest time of one call: a hung connection must cost less than a function's time, and a long poll takes up to 20 seconds. */
export const CALL_TIMEOUT_MS = 30_000;

/** Clients of their own, for tools that talk to an endpoint other than the environment's. */
export function createAwsClients(options: AwsClientsOptions = {}): AwsClients {
  const common = {
    ...options,
    maxAttempts: CALL_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: CALL_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
  // Host-style bucket names resolve only where there is a DNS zone for them, which an explicit endpoint seldom has.
  const forcePathStyle = Boolean(
    options.endpoint ?? process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'],
  );
  const eventBridge = once(() => new EventBridgeClient(common));
  // Queue URLs come from stack outputs; an engine may write a host into them that is not the one it is reached at.
  const sqs = once(() => new SQSClient({ ...common, useQueueUrlAsEndpoint: false }));
  const s3 = once(() => new S3Client({ ...common, forcePathStyle }));
  const sfn = once(() => new SFNClient(common));
  const kms = once(() => new KMSClient(common));
  const documents = once(() =>
    DynamoDBDocumentClient.from(new DynamoDBClient(common), { marshallOptions: { removeUndefinedValues: true } }),
  );
  return {
    get eventBridge() {
      return eventBridge();
    },
    get sqs() {
      return sqs();
    },
    get documents() {
      return documents();
    },
    get s3() {
      return s3();
    },
    get sfn() {
      return sfn();
    },
    get kms() {
      return kms();
    },
  };
}

function once<Value>(build: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= build());
}
