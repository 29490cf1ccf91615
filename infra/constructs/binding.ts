import type { ITable, ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { allow, allowObjects, allowSend } from './permissions.js';

/** What can be bound to an agent: a resource, to which it gets access, or a plain value. */
export type Bindable = ITable | ITableV2 | IBucket | IQueue | ITopic | string;

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
