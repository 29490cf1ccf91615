import { DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { CreateArchiveCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { EngineClientConfig } from '../client-config.js';
import type { BridgeStepName } from '../engine-gaps.js';

/** One resource as its template means it, its values resolved. */
export interface IntendedResource {
  readonly stackName: string;
  readonly logicalId: string;
  /** The physical id; the logical id for a resource that was left out. */
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Sets by API a property that the template gives. Returns a sentence on it, or undefined when nothing was to do. Safe to repeat. */
export type BridgeStep = (resource: IntendedResource, config: EngineClientConfig) => Promise<string | undefined>;

const setTimeToLive: BridgeStep = async ({ physicalId, properties }, config) => {
  const { AttributeName, Enabled } = record(properties['TimeToLiveSpecification']);
  if (typeof AttributeName !== 'string' || Enabled === false) return undefined;
  const specification = { AttributeName, Enabled: true };
  await using(new DynamoDBClient(config), (client) =>
    client.send(new UpdateTimeToLiveCommand({ TableName: physicalId, TimeToLiveSpecification: specification })),
  ).catch(unless(/already enabled/i));
  return `time to live by '${AttributeName}'`;
};

const createArchive: BridgeStep = async ({ stackName, logicalId, properties }, config) => {
  const { SourceArn, EventPattern, RetentionDays, Description, ArchiveName } = properties;
  const name = typeof ArchiveName === 'string' ? ArchiveName : `${stackName}-${logicalId}`.slice(0, 48);
  const command = new CreateArchiveCommand({
    ArchiveName: name,
    EventSourceArn: String(SourceArn),
    ...(EventPattern === undefined ? {} : { EventPattern: JSON.stringify(EventPattern) }),
    ...(RetentionDays === undefined ? {} : { RetentionDays: Number(RetentionDays) }),
    ...(typeof Description === 'string' ? { Description } : {}),
  });
  await using(new EventBridgeClient(config), (client) => client.send(command)).catch(unless(/already exist/i));
  return `event archive ${name}`;
};

const reserveConcurrency: BridgeStep = async ({ physicalId, properties }, config) => {
  const reserved = Number(properties['ReservedConcurrentExecutions']);
  const command = new PutFunctionConcurrencyCommand({
    FunctionName: physicalId,
    ReservedConcurrentExecutions: reserved,
  });
  await using(new LambdaClient(config), (client) => client.send(command));
  return `reserved concurrency ${reserved}`;
};

const setDeadLetterTarget: BridgeStep = async ({ physicalId, properties }, config) => {
  const { TargetArn } = record(properties['DeadLetterConfig']);
  if (typeof TargetArn !== 'string') return undefined;
  const command = new UpdateFunctionConfigurationCommand({ FunctionName: physicalId, DeadLetterConfig: { TargetArn } });
  await using(new LambdaClient(config), (client) => client.send(command));
  return `dead letters of asynchronous calls to ${TargetArn.split(':').at(-1) ?? TargetArn}`;
};

/** Every step by its name in the gaps of an engine. */
export const bridgeSteps: Readonly<Record<BridgeStepName, BridgeStep>> = {
  'time-to-live': setTimeToLive,
  archive: createArchive,
  'reserved-concurrency': reserveConcurrency,
  'dead-letter-target': setDeadLetterTarget,
};

async function using<Client extends { destroy(): void }, Result>(
  client: Client,
  call: (client: Client) => Promise<Result>,
) {
  try {
    return await call(client);
  } finally {
    client.destroy();
  }
}

/** A repetition meets its own earlier effect. */
const unless = (expected: RegExp) => (error: unknown) => {
  if (error instanceof Error && (expected.test(error.message) || expected.test(error.name))) return undefined;
  throw error;
};

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
