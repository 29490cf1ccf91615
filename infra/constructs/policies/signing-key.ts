import { Stack, type RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, type KeySpec, type KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { rolePathOf } from './bus-policy.js';

/** Properties of {@link SigningKey}. */
export interface SigningKeyProps {
  /** Name of the topology. */
  readonly application: string;
  /** Text that the console of KMS shows. */
  readonly description: string;
  /** Kind of the key. */
  readonly keySpec: KeySpec;
  /** Purpose of the key. */
  readonly keyUsage: KeyUsage;
  /** Actions by which it is used, such as `kms:Sign`. */
  readonly use: readonly string[];
  /** Fate of the key when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** Actions on a key itself that its owners need. None of them uses the key, and none lets another use it. */
const ADMINISTRATION = [
  ...['CancelKeyDeletion', 'CreateAlias', 'DeleteAlias', 'DescribeKey', 'DisableKey', 'EnableKey', 'GetKeyPolicy'],
  ...['GetKeyRotationStatus', 'GetPublicKey', 'ListGrants', 'ListKeyPolicies', 'ListResourceTags', 'PutKeyPolicy'],
  ...['RevokeGrant', 'ScheduleKeyDeletion', 'TagResource', 'UntagResource', 'UpdateAlias', 'UpdateKeyDescription'],
].map((action) => `kms:${action}`);

/**
 * A key of an application that never leaves KMS. Its policy leaves it to IAM who of the account administers it; it is used by
 * roles under the application's path alone, each as far as its own policies say: an administrator signs nothing in its name
 * without changing the policy first, which CloudTrail shows.
 */
export class SigningKey extends Key {
  constructor(scope: Construct, id: string, { application, use, ...props }: SigningKeyProps) {
    const { partition, account } = Stack.of(scope);
    const roles = `arn:${partition}:iam::${account}:role${rolePathOf(application)}*`;
    const ofAccount = { principals: [new AccountRootPrincipal()], resources: ['*'] };
    super(scope, id, {
      ...props,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({ ...ofAccount, actions: ADMINISTRATION }),
          new PolicyStatement({
            ...ofAccount,
            actions: [...use],
            conditions: { ArnLike: { 'aws:PrincipalArn': roles } },
          }),
        ],
      }),
    });
  }
}
