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

/** Value of a binding: a resource, to which the agent gets access, or a plain text. */
export type Bindable = BindableTable | BindableBucket | BindableQueue | BindableTopic | string;

/**
 * Physical name of a binding as the agent sees it: table or bucket name, queue URL, topic ARN, or the text itself.
 */
export function bindingName(resource: Bindable): string {
  if (typeof resource === 'string') return resource;
  if ('tableArn' in resource) return resource.tableName;
  if ('bucketArn' in resource) return resource.bucketName;
  if ('queueArn' in resource) return resource.queueUrl;
  return resource.topicArn;
}

/**
 * Access that goes with a binding: items of a table (and its indexes, when it has any), objects of a bucket, sending to
 * and receiving from a queue, publishing to a topic. A text grants nothing.
 */
export function grantBinding(grantee: IGrantable & IConstruct, resource: Bindable): void {
  if (typeof resource === 'string') return;
  if ('tableArn' in resource) {
    resource.grant(
      grantee,
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
    );
  } else if ('bucketArn' in resource) {
    allowObjects(grantee, resource, ['s3:DeleteObject', 's3:GetObject', 's3:PutObject']);
    allow(grantee, ['s3:ListBucket'], [resource.bucketArn]);
  } else if ('queueArn' in resource) {
    allowSend(grantee, resource);
    resource.grantConsumeMessages(grantee);
  } else {
    resource.grantPublish(grantee);
  }
}
