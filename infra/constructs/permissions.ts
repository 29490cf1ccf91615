import { PolicyStatement, Effect, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import type { TableAccess } from '../../functions/platform/declaration.js';
import type { BindableBucket } from './bindable-bucket.js';
import { acknowledge, acknowledgeObjects } from './acknowledge.js';
import { DUE_INDEX, type Fabric } from './fabric.js';

const DELIVER = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
const RECORD = [...DELIVER, 'dynamodb:BatchWriteItem', 'dynamodb:Query'];

/** Allows `actions` on `resources`, nothing wider. */
export function allow(grantee: IGrantable, actions: readonly string[], resources: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}

/** Access to one of the two tables. */
export function allowTable(grantee: IGrantable, table: Fabric['ledgerTable'], access: TableAccess): void {
  allow(grantee, access === 'deliver' ? DELIVER : RECORD, [table.tableArn]);
  if (access === 'maintain') allow(grantee, ['dynamodb:Query'], [`${table.tableArn}/index/${DUE_INDEX}`]);
}

/**
 * Moving deadlines of requests (`progress`), for an agent that answers requests and makes none. It may name only the attributes
 * that this changes or compares, and nothing is read or returned, as the table holds task tokens.
 */
export function allowExtend(grantee: IGrantable, pendingTable: Fabric['pendingTable']): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['dynamodb:UpdateItem'],
      resources: [pendingTable.tableArn],
      conditions: {
        'ForAllValues:StringEquals': {
          'dynamodb:Attributes': ['pk', 'message', 'deadline', 'bound', 'dueHour', 'dueAt', 'ttl'],
        },
        StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE'] },
      },
    }),
  );
}

/** `actions` on all objects of a bucket. */
export function allowObjects(
  grantee: IGrantable & IConstruct,
  bucket: BindableBucket,
  actions: readonly string[],
): void {
  allow(grantee, actions, [bucket.arnForObjects('*')]);
  acknowledgeObjects(roleOf(grantee), bucket);
}

/** Policies of a function hang below its role. */
function roleOf(grantee: IGrantable & IConstruct): IConstruct {
  const { grantPrincipal } = grantee;
  return 'node' in grantPrincipal ? (grantPrincipal as unknown as IConstruct) : grantee;
}

/** Objects of the payload bucket. */
export function allowPayloads(grantee: IGrantable & IConstruct, fabric: Fabric, access: 'read' | 'read-write'): void {
  const actions = access === 'read' ? ['s3:GetObject'] : ['s3:GetObject', 's3:PutObject'];
  allowObjects(grantee, fabric.payloadBucket, actions);
  // Without it S3 answers 'access denied' for an object that is not there, and a lost payload looks like a passing fault.
  allow(grantee, ['s3:ListBucket'], [fabric.payloadBucket.bucketArn]);
}

/** Sending to queues; `SendMessageBatch` needs no more. */
export function allowSend(grantee: IGrantable, ...queues: readonly Pick<IQueue, 'queueArn'>[]): void {
  if (queues.length > 0)
    allow(
      grantee,
      ['sqs:SendMessage'],
      queues.map((queue) => queue.queueArn),
    );
}

/** Receiving from lanes by oneself: `DeleteMessageBatch` and `ChangeMessageVisibilityBatch` need no more. */
export function allowReceive(grantee: IGrantable, ...queues: readonly Pick<IQueue, 'queueArn'>[]): void {
  if (queues.length > 0)
    allow(
      grantee,
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
      queues.map((queue) => queue.queueArn),
    );
}

/** Reading the outputs of stacks, by which a process outside the application finds it; `who` names that process in the report. */
export function allowFinding(grantee: IGrantable & IConstruct, who: string): void {
  allow(grantee, ['cloudformation:DescribeStacks'], ['*']);
  acknowledge(
    grantee,
    'AwsSolutions-IAM5[Resource::*]',
    `${who} finds the application by the outputs of all stacks; DescribeStacks without a name is only allowed on *.`,
  );
}

/** Sources and types under which a publisher may put messages on the bus. */
export interface PublishRights {
  /** Sources it may publish under. */
  readonly sources: readonly string[];
  /** Message types it may publish. @default any */
  readonly types?: readonly string[];
}

/**
 * `PutEvents` on the bus, under these sources and with these types only. An Allow alone could not say "every entry of
 * the call", hence the two Denies. Both are guarded by `Null`: on AWS the keys are always there, and an engine that does
 * not know them then denies nothing, instead of everything.
 */
export function allowPublish(grantee: IGrantable, bus: IEventBus, rights: PublishRights): void {
  const principal = grantee.grantPrincipal;
  const deny = (condition: string, key: string, values: readonly string[]) =>
    principal.addToPrincipalPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ['events:PutEvents'],
        resources: [bus.eventBusArn],
        conditions: { [condition]: { [key]: [...values] }, Null: { [key]: 'false' } },
      }),
    );
  allow(grantee, ['events:PutEvents'], [bus.eventBusArn]);
  deny('ForAnyValue:StringNotEquals', 'events:source', rights.sources);
  if (rights.types) deny('StringNotEquals', 'events:detail-type', rights.types);
}
