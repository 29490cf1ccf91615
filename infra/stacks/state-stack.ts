import { Duration, type RemovalPolicy, type StackProps } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
  type ITableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledge.js';
import { APPROVALS_INDEX, DUE_INDEX, LETTERS_INDEX } from '../constructs/fabric.js';
import { LedgerEvidence, type LedgerRetention } from '../constructs/ledger-evidence.js';
import { ApplicationStack } from './application-stack.js';

/** Properties of {@link StateStack}. */
export interface StateStackProps extends StackProps {
  readonly application: string;
  /** What becomes of tables and buckets when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  readonly ledger: LedgerRetention;
  /** Days that some channel retains payloads, or some execution may need what it keeps by reference, if longer than anyway. */
  readonly retainPayloadsDays?: number;
}

/** Days that payloads are kept: longer than lane (4 d) and dead letter queue (14 d) together, and than ledger items. */
export const PAYLOAD_DAYS = 30;

/** What lasts: ledger, pending requests, payloads, archive. */
export class StateStack extends ApplicationStack {
  readonly ledgerTable: ITableV2;
  readonly pendingTable: ITableV2;
  readonly payloadBucket: IBucket;
  /** Archive, chains and seals of the ledger. */
  readonly evidence: LedgerEvidence;

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, props.application, props);
    const common = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.removalPolicy,
    };
    const due = {
      indexName: DUE_INDEX,
      partitionKey: { name: 'dueHour', type: AttributeType.STRING },
      sortKey: { name: 'dueAt', type: AttributeType.STRING },
    };
    // Holds dead letters alone: a delivery that ends well writes nothing into it.
    const letters = {
      indexName: LETTERS_INDEX,
      partitionKey: { name: 'letterPartition', type: AttributeType.STRING },
      sortKey: { name: 'letterAt', type: AttributeType.STRING },
    };
    // Holds open approvals alone; a request that asks an agent writes nothing into it.
    const approvals = {
      indexName: APPROVALS_INDEX,
      partitionKey: { name: 'asks', type: AttributeType.STRING },
      sortKey: { name: 'dueAt', type: AttributeType.STRING },
    };
    this.ledgerTable = new TableV2(this, 'Ledger', {
      ...common,
      globalSecondaryIndexes: [due, letters],
      sortKey: { name: 'sk', type: AttributeType.STRING },
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    }) as ITableV2;
    // Not streamed: it holds task tokens, which are credentials.
    this.pendingTable = new TableV2(this, 'Pending', {
      ...common,
      globalSecondaryIndexes: [due, approvals],
    }) as ITableV2;
    this.payloadBucket = this.bucket(
      'Payloads',
      props,
      Duration.days(Math.max(PAYLOAD_DAYS, props.retainPayloadsDays ?? 0)),
    );
    this.evidence = new LedgerEvidence(this, 'Evidence', {
      retention: props.ledger,
      removalPolicy: props.removalPolicy,
    });

    this.output(this.ledgerTable.tableName, 'LedgerTable');
    this.output(this.pendingTable.tableName, 'PendingTable');
    this.output(this.payloadBucket.bucketName, 'PayloadBucket');
    this.output(this.evidence.archive.bucketName, 'ArchiveBucket');
    this.output(this.evidence.seals.bucketName, 'SealBucket');
    if (this.evidence.key) this.output(this.evidence.key.keyArn, 'SealKey');
  }

  private bucket(id: string, props: StateStackProps, expiration: Duration): IBucket {
    const bucket = new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: props.removalPolicy,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, { expiration }],
    });
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'Who wrote and read what is in the ledger; access logs would repeat it in a bucket that needs logs of its own.',
    );
    return bucket as IBucket;
  }
}
