import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';

/** Rights that several roles of an application have alike, as managed policies. */
export interface SharedRights {
  /** Trace segments, for every function. */
  readonly tracing: ManagedPolicy;
  /** Payloads, for functions of the platform that read and write them. */
  readonly payloads: ManagedPolicy;
  /** Finding the application and reading conversations, for every client. */
  readonly clients: ManagedPolicy;
}

/** Resources that every function of an application uses. */
export interface Fabric {
  /** Name of the topology; it stands in every source. */
  readonly application: string;
  /** Bus on which all messages of the application travel. */
  readonly bus: IEventBus;
  /** Ledger: intents, deliveries and dead letters of every conversation. */
  readonly ledgerTable: ITableV2;
  /** Requests with their deadlines; it holds task tokens, which are credentials. */
  readonly pendingTable: ITableV2;
  /** Instances of agents: what they say of themselves, and what the platform says of them. */
  readonly registryTable: ITableV2;
  /** Payloads that are too large for a message, or retained. */
  readonly payloadBucket: IBucket;
  /** Delayed messages by which deadlines of requests fire. */
  readonly timerQueue: IQueue;
  /** Rights that several roles have alike. */
  readonly shared: SharedRights;
  /** First part of the names of all mailboxes' queues, by which stacks find those that stand in others. @default all stand in one */
  readonly mailboxPrefix?: string;
}

/**
 * The part of the environment contract that names the fabric. Pending table and timers are named only to functions that
 * make requests or close them.
 */
export function fabricEnvironment(fabric: Fabric, requests: boolean): Record<string, string> {
  return {
    [ENVIRONMENT.bus]: fabric.bus.eventBusName,
    [ENVIRONMENT.ledgerTable]: fabric.ledgerTable.tableName,
    [ENVIRONMENT.payloadBucket]: fabric.payloadBucket.bucketName,
    ...(requests
      ? {
          [ENVIRONMENT.pendingTable]: fabric.pendingTable.tableName,
          [ENVIRONMENT.timerQueue]: fabric.timerQueue.queueUrl,
        }
      : {}),
  };
}

/** Name of the sparse index by due hour that both tables have. */
export const DUE_INDEX = 'due';

/** Name of the sparse index of open approvals that the pending table has. */
export const APPROVALS_INDEX = 'approvals';

/** Name of the sparse index of dead letters that the ledger table has. */
export const DEAD_LETTERS_INDEX = 'letters';
