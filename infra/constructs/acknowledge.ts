import { Stack, Validations, type CfnElement } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges one finding of one rule of cdk-nag's AwsSolutions on one construct, with the reason.
 */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: finding, reason });
}

interface BucketArn extends IConstruct {
  readonly bucketArn: string;
}

/**
 * Acknowledges that `grantee` may access the objects of `bucket` whose keys are like one of `keys`: the rest of a key is made of
 * ids, so that no narrower resource exists.
 */
export function acknowledgeObjects(grantee: IConstruct, bucket: BucketArn, keys: readonly string[]): void {
  // A bucket that was only looked up has no resource here whose name the finding could hold.
  if (!bucket.node.defaultChild) return;
  const owner = Stack.of(bucket);
  const arn =
    owner === Stack.of(grantee)
      ? `<${logicalIdOf(bucket)}.Arn>`
      : importNameOf(owner.resolve(owner.exportValue(bucket.bucketArn)));
  for (const key of keys) {
    acknowledge(
      grantee,
      `AwsSolutions-IAM5[Resource::${arn}/${key}]`,
      'Keys of objects are made of conversation and message ids, so that no narrower resource exists.',
    );
  }
}

/** Logical id of the resource behind an L2 construct, as findings name it. */
export function logicalIdOf(construct: IConstruct): string {
  return String(
    Stack.of(construct).resolve(Stack.of(construct).getLogicalId(construct.node.defaultChild as CfnElement)),
  );
}

function importNameOf(value: unknown): string {
  return String((value as { 'Fn::ImportValue'?: unknown })['Fn::ImportValue']);
}
