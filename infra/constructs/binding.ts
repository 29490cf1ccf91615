import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { allow, allowObjects, allowSend } from './permissions.js';
import type { BindableBucket } from './bindable-bucket.js';

/*
 * The parts of CDK's resources that a binding uses. CDK's own interfaces do not take its own classes in a project with
 * `exactOptionalPropertyTypes`, and a user's project may have that.
 */

/** A table: `ITable`, `ITableV2`. */
export interface BindableTable extends IConstruct {
  /** Physical name, which the agent finds under the name of the binding. */
  readonly tableName: string;
  /** ARN of the table. */
  readonly tableArn: string;
  /** Allows `actions` on the table and its indexes. */
  grant(grantee: IGrantable, ...actions: string[]): Grant;
}

/** A queue: `IQueue`. */
export interface BindableQueue extends IConstruct {
  /** URL, which the agent finds under the name of the binding. */
  readonly queueUrl: string;
  /** ARN of the queue. */
  readonly queueArn: string;
  /** Allows receiving and deleting messages. */
  grantConsumeMessages(grantee: IGrantable): Grant;
}

/** A topic: `ITopic`. */
export interface BindableTopic extends IConstruct {
  /** ARN, which the agent finds under the name of the binding. */
  readonly topicArn: string;
  /** Allows publishing to the topic. */
  grantPublish(grantee: IGrantable): Grant;
}

/** A resource that an agent may get access to. */
export type BindableResource = BindableTable | BindableBucket | BindableQueue | BindableTopic;

/** Access to a table or bucket that a binding gives when it is asked for: deleting items or objects, and going through all of them. */
export type FurtherAccess = 'delete' | 'scan';

/** A table or bucket with access that goes further. */
export interface BoundResource {
  /** Table or bucket. */
  readonly resource: BindableTable | BindableBucket;
  /** Access besides reading and writing what has a key that the agent knows. */
  readonly also: readonly FurtherAccess[];
}

/** Value of a binding: a resource, to which the agent gets access, alone or with access that goes further, or a plain text. */
export type Bindable = BindableResource | BoundResource | string;

/** Actions of {@link FurtherAccess}; writing in batches deletes as well. */
const FURTHER = {
  table: { delete: ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem'], scan: ['dynamodb:Scan'] },
  bucket: { delete: ['s3:DeleteObject'], scan: ['s3:ListBucket'] },
} as const;

/**
 * Physical name of a binding as the agent sees it: table or bucket name, queue URL, topic ARN, or the text itself.
 */
export function bindingName(bound: Bindable): string {
  if (typeof bound === 'string') return bound;
  const { resource } = parts(bound);
  if ('tableArn' in resource) return resource.tableName;
  if ('bucketArn' in resource) return resource.bucketName;
  if ('queueArn' in resource) return resource.queueUrl;
  return resource.topicArn;
}

/**
 * Access that goes with a binding: reading and writing items of a table (and its indexes, when it has any) or objects of a
 * bucket, sending to and receiving from a queue, publishing to a topic. Deleting and scanning only where it is asked for. A text
 * grants nothing.
 */
export function grantBinding(grantee: IGrantable & IConstruct, bound: Bindable): void {
  if (typeof bound === 'string') return;
  const { resource, also } = parts(bound);
  if ('tableArn' in resource) {
    resource.grant(
      grantee,
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      ...also.flatMap((access) => FURTHER.table[access]),
    );
  } else if ('bucketArn' in resource) {
    const deletes = also.includes('delete') ? FURTHER.bucket.delete : [];
    allowObjects(grantee, resource, [...deletes, 's3:GetObject', 's3:PutObject']);
    if (also.includes('scan')) allow(grantee, FURTHER.bucket.scan, [resource.bucketArn]);
  } else if ('queueArn' in resource) {
    allowSend(grantee, resource);
    resource.grantConsumeMessages(grantee);
  } else {
    resource.grantPublish(grantee);
  }
}

function parts(bound: BindableResource | BoundResource): {
  resource: BindableResource;
  also: readonly FurtherAccess[];
} {
  return 'also' in bound ? bound : { resource: bound, also: [] };
}
