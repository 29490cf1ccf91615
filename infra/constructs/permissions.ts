import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { EMERGENCY_KEY } from '../../shared/aws/dynamo/emergency/emergency-key.js';
import { PAUSES_KEY } from '../../shared/aws/dynamo/pauses/pause-keys.js';
import { bucketPartition } from '../../shared/aws/dynamo/rates/rate-keys.js';
import { claimsKey, HEALTH_KEY, WORD_KEYS, wordKey } from '../../shared/aws/dynamo/registry/registry-keys.js';
import { APPROVAL_WRITER, writerOfReceiver, writerOfSource } from '../../shared/domain/wire/writers.js';
import { hasEmergencies } from '../../shared/topology/emergency/emergency-channel.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import type { LedgerRows, OthersRows, TableAccess } from '../../functions/platform/declaration.js';
import type { BindableBucket } from './bindable-bucket.js';
import type { PayloadRights } from './policies/payload-rights.js';
import { acknowledge, acknowledgeObjects } from './acknowledge.js';
import { DUE_INDEX, type Fabric } from './fabric.js';

/** Actions on a table itself. None of those for platform tables deletes: `BatchWriteItem` would. */
const ON_TABLE: Readonly<Record<Exclude<TableAccess, 'due'> | 'delete', string>> = {
  delete: 'dynamodb:DeleteItem',
  get: 'dynamodb:GetItem',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  'get-many': 'dynamodb:BatchGetItem',
  query: 'dynamodb:Query',
};

/** Rights on the requests that one makes. */
const REQUESTING: readonly TableAccess[] = ['get', 'put', 'update'];

/** Allows `actions` on `resources`, nothing wider. */
export function allow(grantee: IGrantable, actions: readonly string[], resources: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}

/** Access to one of the two tables. */
export function allowTable(grantee: IGrantable, table: Fabric['ledgerTable'], access: readonly TableAccess[]): void {
  const onItems = actionsOf(access);
  if (onItems.length > 0) allow(grantee, onItems, [table.tableArn]);
  if (access.includes('due')) allow(grantee, ['dynamodb:Query'], [`${table.tableArn}/index/${DUE_INDEX}`]);
}

/**
 * Access to the items of these partitions of a table alone. A call that names no partition is not allowed: an absent key
 * satisfies `ForAllValues`, hence `Null`.
 */
export function allowItems(
  grantee: IGrantable,
  table: Fabric['ledgerTable'],
  access: readonly (TableAccess | 'delete')[],
  partitions: readonly string[],
): void {
  allowPartitions(grantee, table, access, { 'ForAllValues:StringEquals': partitions });
}

/**
 * Access to the rows of a table whose partition key is like one of `keys`, of which each begins with the name of the
 * grantee. Conditions as for {@link allowItems}.
 */
function allowRows(
  grantee: IGrantable,
  table: Fabric['ledgerTable'],
  access: readonly TableAccess[],
  keys: readonly string[],
): void {
  allowPartitions(grantee, table, access, { 'ForAllValues:StringLike': keys });
}

/** Access to rows by what an operator says of their partition keys; a call without any is not allowed. */
function allowPartitions(
  grantee: IGrantable,
  table: Fabric['ledgerTable'],
  access: readonly (TableAccess | 'delete')[],
  said: Readonly<Record<string, readonly string[]>>,
): void {
  const key = 'dynamodb:LeadingKeys';
  const judged = Object.entries(said).map(([operator, values]) => [operator, { [key]: [...values] }] as const);
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: actionsOf(access),
      resources: [table.tableArn],
      conditions: { ...Object.fromEntries(judged), Null: { [key]: 'false' } },
    }),
  );
}

/** Deliveries of an agent, and the replies that it puts off: no row of anybody else. The pauses of channels it reads. */
export function allowDeliveries(grantee: IGrantable, { ledgerTable }: Fabric, agent: string): void {
  allowRows(grantee, ledgerTable, ['get', 'update'], [partitionsOf(writerOfReceiver(agent))]);
  allowRows(grantee, ledgerTable, ['get', 'put'], [`later#${agent}#*`]);
  allowPauses(grantee, { ledgerTable });
}

/** Taking from shared token buckets, by their keys. */
export function allowBuckets(grantee: IGrantable, { registryTable }: Fabric, keys: readonly string[]): void {
  if (keys.length > 0) allowItems(grantee, registryTable, ['update'], keys.map(bucketPartition));
}

/** Reading which channels are paused. */
export function allowPauses(grantee: IGrantable, { ledgerTable }: Pick<Fabric, 'ledgerTable'>): void {
  allowRows(grantee, ledgerTable, ['get'], [PAUSES_KEY.pk]);
}

/** Reading the record of emergencies, where the topology has them. */
export function allowEmergencies(
  grantee: IGrantable,
  { ledgerTable }: Fabric,
  topology: Pick<TopologyModel, 'channels'>,
): void {
  if (hasEmergencies(topology)) allowRows(grantee, ledgerTable, ['get'], [EMERGENCY_KEY.pk]);
}

/** An agent's part in the registry: claims of its own instances, and what is said of them. */
export function allowInstances(grantee: IGrantable, { registryTable }: Fabric, agent: string): void {
  allowItems(grantee, registryTable, ['get', 'put', 'update'], [claimsKey(agent)]);
  allowItems(grantee, registryTable, ['query'], [wordKey(agent)]);
}

/** Reading what the registry has of all agents, and no bucket of a limit; with `writes` also what the platform says of them, and no claim of an instance. */
export function allowRegistry(grantee: IGrantable, { registryTable }: Fabric, part: 'reads' | 'writes'): void {
  allowRows(grantee, registryTable, ['query'], [claimsKey('*'), WORD_KEYS, HEALTH_KEY]);
  if (part === 'writes') allowRows(grantee, registryTable, ['put', 'update'], [WORD_KEYS, HEALTH_KEY]);
}

/** Reading what the registry has of some agents, for whoever chooses among them. */
export function allowStandings(grantee: IGrantable, { registryTable }: Fabric, agents: readonly string[]): void {
  if (agents.length === 0) return;
  const partitions = agents.flatMap((agent) => [claimsKey(agent), wordKey(agent)]);
  allowItems(grantee, registryTable, ['query'], [HEALTH_KEY, ...partitions]);
}

/** Publishers' rows in the ledger, and those of others. */
export interface RowsOf extends OthersRows {
  /** Sources of the publishers. */
  readonly sources: readonly string[];
}

/** Rows of publishers in the ledger, each its own, and the kinds of others' rows that are named. */
export function allowRowsOf(
  grantee: IGrantable,
  { ledgerTable }: Fabric,
  access: readonly TableAccess[],
  { sources, reads = [], writes = [] }: RowsOf,
): void {
  const others = (kinds: readonly LedgerRows[]): string[] => kinds.flatMap((kind) => WRITERS[kind]).map(partitionsOf);
  allowRows(grantee, ledgerTable, access, [...writersUnder(sources).map(partitionsOf), ...others(writes)]);
  if (reads.length > 0) allowRows(grantee, ledgerTable, ['get'], others(reads));
}

/** Writers in the ledger that publish under these sources. */
export function writersUnder(sources: readonly string[]): string[] {
  return [...new Set(sources.flatMap((source) => writerOfSource(source) ?? []))];
}

/** Writers of kinds of rows. */
const WRITERS: Readonly<Record<LedgerRows, readonly string[]>> = {
  deliveries: ['agent.*'],
  decisions: [APPROVAL_WRITER],
  messages: ['client.*', 'ingress.*', APPROVAL_WRITER],
};

/** Records of the requests that a requester makes; their keys are ids that begin with its name. Nobody else's, and no task token. */
export function allowRequests(grantee: IGrantable, { pendingTable }: Fabric, requester: string): void {
  allowRows(grantee, pendingTable, REQUESTING, [`${requester}:*`]);
}

/** Partitions of a writer in the ledger table, of all conversations. */
function partitionsOf(writer: string): string {
  return `${writer}#*`;
}

function actionsOf(access: readonly (TableAccess | 'delete')[]): string[] {
  return access.flatMap((one) => (one === 'due' ? [] : [ON_TABLE[one]]));
}

/** `actions` on the objects of a bucket whose keys are like one of `keys`. @param keys all objects without it */
export function allowObjects(
  grantee: IGrantable & IConstruct,
  bucket: BindableBucket,
  actions: readonly string[],
  keys: readonly string[] = ['*'],
): void {
  allow(
    grantee,
    actions,
    keys.map((key) => bucket.arnForObjects(key)),
  );
  acknowledgeObjects(policyHolder(grantee), bucket, keys);
}

/** Construct below which the policies of a grantee hang: of a function, its role. */
export function policyHolder(grantee: IGrantable & IConstruct): IConstruct {
  const { grantPrincipal } = grantee;
  return 'node' in grantPrincipal ? (grantPrincipal as unknown as IConstruct) : grantee;
}

/** Objects of the payload bucket by their keys: those that one may read, and those that one may write. */
export function allowPayloads(
  grantee: IGrantable & IConstruct,
  { payloadBucket }: Pick<Fabric, 'payloadBucket'>,
  { reads, writes }: PayloadRights,
): void {
  if (reads.length > 0) allowObjects(grantee, payloadBucket, ['s3:GetObject'], reads);
  if (writes.length > 0) allowObjects(grantee, payloadBucket, ['s3:PutObject'], writes);
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

/** Counting the messages of queues. */
export function allowCount(grantee: IGrantable, ...queues: readonly Pick<IQueue, 'queueArn'>[]): void {
  if (queues.length > 0)
    allow(
      grantee,
      ['sqs:GetQueueAttributes'],
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
