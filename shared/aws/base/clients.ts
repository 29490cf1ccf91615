import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
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

/** Tries of one call to AWS, the first included. */
export const CALL_ATTEMPTS = 4;

/** Longest time to connect. */
export const CONNECTION_TIMEOUT_MS = 3_000;

/** Longest time of one call: a hung connection must cost less than a function's time, and a long poll takes up to 20 seconds. */
export const CALL_TIMEOUT_MS = 30_000;

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

// A bundle holds the clients whose functions it uses. The annotations let the bundler leave out the others.

/** EventBridge client of this process. */
export const eventBridgeClient = /* @__PURE__ */ once(newEventBridge);
/** SQS client of this process. */
export const sqsClient = /* @__PURE__ */ once(newSqs);
/** DynamoDB document client of this process. */
export const documentClient = /* @__PURE__ */ once(newDocuments);
/** S3 client of this process. */
export const s3Client = /* @__PURE__ */ once(newS3);
/** Step Functions client of this process. */
export const sfnClient = /* @__PURE__ */ once(newSfn);
/** KMS client of this process. */
export const kmsClient = /* @__PURE__ */ once(newKms);

/** IAM client of this process. */
export const iamClient = /* @__PURE__ */ once(newIam);
/** Lambda client of this process. */
export const lambdaClient = /* @__PURE__ */ once(newLambda);
/** STS client of this process. */
export const stsClient = /* @__PURE__ */ once(newSts);

/** The clients of this process. */
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

function newEventBridge(options: AwsClientsOptions = {}): EventBridgeClient {
  return new EventBridgeClient(settingsOf(options));
}

function newSqs(options: AwsClientsOptions = {}): SQSClient {
  // Queue URLs come from stack outputs; an engine may write a host into them that is not the one it is reached at.
  return new SQSClient({ ...settingsOf(options), useQueueUrlAsEndpoint: false });
}

function newDocuments(options: AwsClientsOptions = {}): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(settingsOf(options)), {
    marshallOptions: { removeUndefinedValues: true },
    // By itself it throws at a number with a fraction beyond 2^53, and one row of somebody's fails the read of all.
    unmarshallOptions: { wrapNumbers: Number },
  });
}

function newS3(options: AwsClientsOptions = {}): S3Client {
  // Host-style bucket names resolve only where there is a DNS zone for them, which an explicit endpoint seldom has.
  const forcePathStyle = Boolean(
    options.endpoint ?? process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'],
  );
  return new S3Client({ ...settingsOf(options), forcePathStyle });
}

function newSfn(options: AwsClientsOptions = {}): SFNClient {
  return new SFNClient(settingsOf(options));
}

function newIam(options: AwsClientsOptions = {}): IAMClient {
  return new IAMClient(settingsOf(options));
}

function newLambda(options: AwsClientsOptions = {}): LambdaClient {
  return new LambdaClient(settingsOf(options));
}

function newKms(options: AwsClientsOptions = {}): KMSClient {
  return new KMSClient(settingsOf(options));
}

function newSts(options: AwsClientsOptions = {}): STSClient {
  return new STSClient(settingsOf(options));
}

function settingsOf(options: AwsClientsOptions) {
  return {
    ...options,
    maxAttempts: CALL_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: CALL_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}

function once<Value>(build: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= build());
}
