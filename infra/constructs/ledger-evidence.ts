import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2, type ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { KeySpec, KeyUsage, type IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { acknowledge } from './acknowledge.js';
import { checkInterval } from './bounds/heartbeat-watch.js';
import { ENGINE_CONTEXT } from './bundle.js';
import { allow, allowItems } from './permissions.js';
import { SigningKey } from './policies/signing-key.js';

/** Days, lock, interval and signature of a ledger's evidence. */
export interface LedgerRetention {
  /** Days that the archive is kept, and the seals if their lock does not hold them longer. @default 365 */
  readonly archiveDays?: number;
  /**
   * S3 Object Lock over the seals. `governance`: whoever has `s3:BypassGovernanceRetention` may still delete; `compliance`:
   * nobody may, the account's root included, nor shorten it. It can only be chosen when the bucket is made.
   * @default governance
   */
  readonly lock?: 'governance' | 'compliance' | 'none';
  /** Days that the lock holds a new object. @default 90 */
  readonly lockDays?: number;
  /** Locks the archive too, so that `laneway ledger clean` cannot delete what it holds. @default false */
  readonly lockArchive?: boolean;
  /**
   * Interval between two seals of the chains' heads: whole minutes, 166 hours at most. No seal vouches for entries since the
   * last one. @default 5 minutes
   */
  readonly sealEvery?: Duration;
  /** Signs seals by a key of their own in KMS ($1 a month). @default true */
  readonly signed?: boolean;
  /**
   * Longest time for which changes of the ledger are gathered into one object of the archive: whole seconds, 5 minutes at most. A
   * hundred changes make an object at once. None is lost or merged meanwhile: the stream holds each for 24 hours.
   * @default 1 minute; none on a local engine
   */
  readonly batchingWindow?: Duration;
}

/** Properties of {@link LedgerEvidence}. */
export interface LedgerEvidenceProps {
  /** Name of the topology. */
  readonly application: string;
  /** Settings that differ from {@link RETENTION_DEFAULTS}. */
  readonly retention: LedgerRetention;
  /** Fate of buckets, table and key when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** Seconds for which an event source mapping gathers records at most (Lambda API reference, "CreateEventSourceMapping"). */
const MOST_WINDOW_SECONDS = 300;

/** Defaults of {@link LedgerRetention}. */
export const RETENTION_DEFAULTS = {
  archiveDays: 365,
  lock: 'governance',
  lockDays: 90,
  lockArchive: false,
  sealEvery: Duration.minutes(5),
  signed: true,
  batchingWindow: Duration.minutes(1),
} as const satisfies Required<LedgerRetention>;

/** Evidence of a ledger: the archive with its chains of digests, the table of the chains' heads, and the seals apart from both. */
export class LedgerEvidence extends Construct {
  /** Every change of the ledger, in chains of digests. */
  readonly archive: IBucket;
  /** Seals of the chains, under S3 Object Lock unless `lock` is `none`. */
  readonly seals: IBucket;
  /** Head of each chain, and the last seal. */
  readonly chainTable: ITableV2;
  /** Key that signs seals; undefined when they are not signed. */
  readonly key: IKey | undefined;
  /** Interval between two seals. */
  readonly sealEvery: Duration;
  /** Longest time for which changes are gathered into one object of the archive. */
  readonly batchingWindow: Duration;

  constructor(scope: Construct, id: string, props: LedgerEvidenceProps) {
    super(scope, id);
    const retention = { ...RETENTION_DEFAULTS, ...props.retention };
    checkInterval(retention.sealEvery, 'ledger.sealEvery');
    checkWindow(retention.batchingWindow);
    const { archiveDays, lockArchive, signed } = retention;
    const lock = retentionLock(retention);
    const { removalPolicy } = props;
    const bucket = { removalPolicy, days: archiveDays };
    this.archive = evidenceBucket(this, 'Archive', { ...bucket, lock: lockArchive ? lock : undefined });
    this.seals = evidenceBucket(this, 'Seals', { ...bucket, lock });
    this.chainTable = new TableV2(this, 'Chains', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy,
    }) as ITableV2;
    this.sealEvery = retention.sealEvery;
    const isLocal = Boolean(this.node.tryGetContext(ENGINE_CONTEXT));
    this.batchingWindow =
      isLocal && props.retention.batchingWindow === undefined ? Duration.seconds(0) : retention.batchingWindow;
    if (signed) {
      this.key = new SigningKey(this, 'SealKey', {
        application: props.application,
        description: 'Laneway: signs the heads of the ledger',
        keySpec: KeySpec.ECC_NIST_P256,
        keyUsage: KeyUsage.SIGN_VERIFY,
        use: ['kms:Sign'],
        removalPolicy,
      });
    }
  }

  /** Rights of the stream's consumer: heads of chains, not the seals. */
  allowChaining(grantee: IGrantable): void {
    allowItems(grantee, this.chainTable, ['get', 'put', 'query'], ['head']);
  }

  /** Rights of the sealing function: it reads heads, writes the last seal in the place of the one before, and signs. */
  allowSealing(grantee: IGrantable): void {
    allowItems(grantee, this.chainTable, ['get', 'query'], ['head', 'seal']);
    allowItems(grantee, this.chainTable, ['put', 'delete'], ['seal']);
    if (this.key) allow(grantee, ['kms:Sign', 'kms:GetPublicKey'], [this.key.keyArn]);
  }
}

/** @throws LanewayError INVALID_OPTION for a window that no event source mapping takes */
function checkWindow(window: Duration): void {
  const seconds = window.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds <= MOST_WINDOW_SECONDS) return;
  throw new LanewayError('INVALID_OPTION', `ledger.batchingWindow is ${window.toHumanString()}`, {
    help: [`allowed: whole seconds, 0 to ${MOST_WINDOW_SECONDS} (Lambda, MaximumBatchingWindowInSeconds)`],
  });
}

function retentionLock({ lock, lockDays }: Required<LedgerRetention>): ObjectLockRetention | undefined {
  if (lock === 'none') return undefined;
  const days = Duration.days(lockDays);
  return lock === 'compliance' ? ObjectLockRetention.compliance(days) : ObjectLockRetention.governance(days);
}

function evidenceBucket(
  scope: Construct,
  id: string,
  { removalPolicy, days, lock }: { removalPolicy: RemovalPolicy; days: number; lock: ObjectLockRetention | undefined },
): IBucket {
  const expiry: LifecycleRule = {
    expiration: Duration.days(days),
    ...(lock ? { noncurrentVersionExpiration: Duration.days(1) } : {}),
  };
  const bucket = new Bucket(scope, id, {
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    removalPolicy,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, expiry],
    ...(lock ? { versioned: true, objectLockEnabled: true, objectLockDefaultRetention: lock } : {}),
  });
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'What is in it proves itself by its digests; access logs would need a bucket of their own.',
  );
  return bucket as IBucket;
}
