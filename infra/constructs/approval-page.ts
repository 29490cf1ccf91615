import type { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { KeySpec, KeyUsage, type Key } from 'aws-cdk-lib/aws-kms';
import { FunctionUrlAuthType, type Code } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { approvalPage as declaration } from '../../functions/platform/approval-page/declaration.js';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import { SHOWN_ATTRIBUTES } from '../../shared/domain/evidence/shown-attributes.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { reachedFunctionUrl } from '../engines/bridge/function-url.js';
import type { Fabric } from './fabric.js';
import { allow } from './permissions.js';
import { SigningKey } from './policies/signing-key.js';
import { PlatformFunction } from './platform-function.js';
import type { FunctionOverrides } from './runtime-function.js';

/** Properties of {@link ApprovalPage}. */
export interface ApprovalPageProps extends FunctionOverrides {
  /** Checked form of the topology. */
  readonly topology: TopologyModel;
  /** Bundled code of the platform function 'approval-page'. */
  readonly code: Code;
  /** Resources of the application; the page reads pending requests and publishes decisions on the bus. */
  readonly fabric: Fabric;
  /** Fate of the key when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The page behind links of approvals: a function with an address that anybody may call, and the key that its links are signed
 * by. The page may check a signature and not make one; a function that asks people may make one and not check it.
 */
export class ApprovalPage extends Construct {
  /** Function that shows the page and records the decision. */
  readonly function: PlatformFunction;
  /** Signs links; never leaves KMS. Without it, after its deletion, no link that was sent is valid any more. */
  readonly key: Key;
  /** Address of the page, to which every link leads. */
  readonly url: string;

  constructor(
    scope: Construct,
    id: string,
    { topology, code, fabric, removalPolicy, ...overrides }: ApprovalPageProps,
  ) {
    super(scope, id);
    this.key = new SigningKey(this, 'Key', {
      application: topology.name,
      description: 'Laneway: signs the links of approvals',
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      use: ['kms:GenerateMac', 'kms:VerifyMac'],
      removalPolicy,
    });
    this.function = new PlatformFunction(this, 'Page', {
      ...overrides,
      ...{ declaration, topology, code, fabric },
      environment: {
        [ENVIRONMENT.approvalTable]: fabric.pendingTable.tableName,
        [ENVIRONMENT.linkKey]: this.key.keyArn,
      },
    });
    this.letRead(fabric);
    allow(this.function, ['kms:VerifyMac'], [this.key.keyArn]);
    const { url } = this.function.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    this.url = reachedFunctionUrl(this, url);
  }

  /** Lets a function put links into the approvals that it asks of people. */
  letAsk(fn: PlatformFunction): void {
    fn.addEnvironment(ENVIRONMENT.approvalPage, this.url);
    fn.addEnvironment(ENVIRONMENT.linkKey, this.key.keyArn);
    allow(fn, ['kms:GenerateMac'], [this.key.keyArn]);
  }

  /** Reading single records, without who waits for them. */
  private letRead({ pendingTable }: Fabric): void {
    this.function.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:GetItem'],
        resources: [pendingTable.tableArn],
        conditions: {
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...SHOWN_ATTRIBUTES] },
          StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
        },
      }),
    );
  }
}
