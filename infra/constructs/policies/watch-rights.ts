import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { acknowledge } from '../acknowledge.js';
import { allow, policyHolder } from '../permissions.js';

/** Looking at the functions of agents, at their lanes, and at the mappings between them; changing none. */
export function allowWatching(
  grantee: IGrantable & IConstruct,
  functions: readonly IFunction[],
  lanes: readonly { readonly queue: Pick<IQueue, 'queueArn'> }[],
): void {
  if (functions.length === 0) return;
  allow(
    grantee,
    ['lambda:GetFunctionConfiguration'],
    functions.map(({ functionArn }) => functionArn),
  );
  allow(
    grantee,
    ['sqs:GetQueueAttributes'],
    lanes.map(({ queue }) => queue.queueArn),
  );
  allow(grantee, ['lambda:ListEventSourceMappings'], ['*']);
  acknowledge(
    policyHolder(grantee),
    'AwsSolutions-IAM5[Resource::*]',
    'It looks whether lanes are received from: lambda:ListEventSourceMappings can only be allowed on *.',
  );
}
