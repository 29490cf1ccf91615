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
import { PAYLOAD_DAYS } from '../../shared/domain/evidence/retention.js';
import { acknowledge } from '../constructs/acknowledge.js';
import { APPROVALS_INDEX, DUE_INDEX, DEAD_LETTERS_INDEX } from '../constructs/fabric.js';
import { LedgerEvidence, type LedgerRetention } from '../constructs/ledger-evidence.js';
import { ApplicationStack } from './application-stack.js';

/** Properties of {@link StateStack}. */
export interface StateStackProps extends StackProps {
  /** Name of the topology. */
  readonly application: string;
  /** Fate of tables, buckets and keys when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** Days and lock of the ledger's evidence. */
  readonly ledger: LedgerRetention;
  /** Days for which payloads are needed by some channel or some execution; it counts when above {@link PAYLOAD_DAYS}. @default 0 */
  readonly retainPayloadsDays?: number;
}

/** Stack of everything that holds data: ledger, pending requests, payloads, evidence. */
export class StateStack extends ApplicationStack {
  /** Ledger: intents, deliveries and dead letters of every conversation; every change is streamed to the archive. */
  readonly ledgerTable: ITableV2;
  /** Requests with their deadlines; never streamed, as it holds task tokens, which are credentials. */
  readonly pendingTable: ITableV2;
  /** Instances of agents; never streamed, as each of them writes every half minute. */
  readonly registryTable: ITableV2;
  /** Payloads that are too large for a message, or retained. */
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
      indexName: DEAD_LETTERS_INDEX,
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
    // Not streamed: every instance writes each half minute. The function `registry` has the other name.
    this.registryTable = new TableV2(this, 'Instances', {
      ...common,
      sortKey: { name: 'sk', type: AttributeType.STRING },
    }) as ITableV2;
    this.payloadBucket = this.bucket(
      'Payloads',
      props,
      Duration.days(Math.max(PAYLOAD_DAYS, props.retainPayloadsDays ?? 0)),
    );
    this.evidence = new LedgerEvidence(this, 'Evidence', {
      application: props.application,
      retention: props.ledger,
      removalPolicy: props.removalPolicy,
    });

    this.output(this.ledgerTable.tableName, 'LedgerTable');
    this.output(this.pendingTable.tableName, 'PendingTable');
    this.output(this.registryTable.tableName, 'RegistryTable');
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
