import type { LaneReceipts } from '../domain/wire/message-bus.js';
import type { Confinement } from '../domain/quarantine/confinement.js';
import { UnreadableRows } from '../domain/form/passed-over.js';
import type { PayloadStore } from '../domain/wire/payload-store.js';
import type { Ports } from '../domain/ports.js';
import type { Caller } from '../domain/evidence/caller.js';
import {
  documentClient,
  eventBridgeClient,
  iamClient,
  kmsClient,
  lambdaClient,
  s3Client,
  sfnClient,
  sqsClient,
  stsClient,
} from './base/clients.js';
import { DynamoApprovalReader } from './dynamo/dynamo-approval-reader.js';
import { DynamoChainStore } from './dynamo/dynamo-chain-store.js';
import { DynamoCursorStore } from './dynamo/dynamo-cursor-store.js';
import { DynamoDeadLetterBook } from './dynamo/dynamo-dead-letter-book.js';
import { DynamoBreakerStore } from './dynamo/breakers/dynamo-breaker-store.js';
import { DynamoDeferredReplyStore } from './dynamo/dynamo-deferred-reply-store.js';
import { DynamoDeliveryStore } from './dynamo/dynamo-delivery-store.js';
import { DynamoHeldTimes } from './dynamo/quarantine/dynamo-held-times.js';
import { DynamoIntentStore } from './dynamo/dynamo-intent-store.js';
import { DynamoLedgerReader } from './dynamo/dynamo-ledger-reader.js';
import { DynamoLedgerWriter } from './dynamo/dynamo-ledger-writer.js';
import { DynamoOpenExecutionStore } from './dynamo/dynamo-open-execution-store.js';
import { DynamoPendingStore } from './dynamo/dynamo-pending-store.js';
import { DynamoQuarantineStore } from './dynamo/quarantine/dynamo-quarantine-store.js';
import { DynamoSagaStore } from './dynamo/dynamo-saga-store.js';
import { EventBridgeArchive } from './events/event-bridge-archive.js';
import { EventBridgeBus } from './events/event-bridge-bus.js';
import { IamConfinement, type ConfinedPlace } from './iam/iam-confinement.js';
import { KmsLinkSigner } from './kms/kms-link-signer.js';
import { KmsSigner } from './kms/kms-signer.js';
import type { PhysicalNames } from './physical-names.js';
import { S3Archive } from './s3/s3-archive.js';
import { S3PayloadStore } from './s3/s3-payload-store.js';
import { S3Seals } from './s3/s3-seals.js';
import { QueueUrls } from './sqs/queue-url.js';
import { SqsDeadLetterQueue } from './sqs/sqs-dead-letter-queue.js';
import { SqsLane } from './sqs/sqs-lane.js';
import { SqsLaneReceipts } from './sqs/sqs-lane-receipts.js';
import { SqsLaneReturns } from './sqs/sqs-lane-returns.js';
import { SqsLaneSender } from './sqs/sqs-lane-sender.js';
import { SqsTimerQueue } from './sqs/sqs-timer-queue.js';
import { StsCaller } from './sts/sts-caller.js';
import { SfnExecutionReader } from './step-functions/sfn-execution-reader.js';
import { SfnResumer } from './step-functions/sfn-resumer.js';
import { SfnStarter } from './step-functions/sfn-starter.js';
import { SfnWorkflowEngine } from './step-functions/sfn-workflow-engine.js';

/*
 * The one place where adapters are made. A bundle holds only the ports whose kits its code names: kits are constants of
 * functions, which the bundler leaves out one by one. `allPorts` names every port and belongs into no function of Lambda.
 */

/** Names, and the payload store that other ports keep large values in. */
interface Origin {
  readonly names: PhysicalNames;
  readonly payloads: PayloadStore;
  /** Rows that the stores cannot read. */
  readonly unreadable: UnreadableRows;
}

/** Rows that the stores of an opened application could not read: one list for all ports that were opened by the same names. */
const passedOver = new WeakMap<PhysicalNames, UnreadableRows>();

/** Rows that the ports opened by these names could not read and have passed over. */
export function unreadableOf(names: PhysicalNames): UnreadableRows {
  const known = passedOver.get(names) ?? new UnreadableRows();
  passedOver.set(names, known);
  return known;
}

/** Functions that make ports, by the port's name. */
type Kit = { readonly [Name in keyof Ports]?: (origin: Origin) => Ports[Name] };

/** Ports that a list of kits makes. */
type OpenedPorts<Kits extends readonly Kit[]> = Pick<Ports, NamesOf<Kits[number]>>;
type NamesOf<Each> = Each extends Kit ? keyof Each & keyof Ports : never;

/**
 * Opens the ports of some kits on AWS. Each adapter is made when its port is first read, once; that is when its name must
 * be known.
 * @param names the resources that the ports reach
 */
export function openPorts<const Kits extends readonly Kit[]>(names: PhysicalNames, ...kits: Kits): OpenedPorts<Kits> {
  const makers = new Map(kits.flatMap((kit) => Object.entries(kit)));
  const made = new Map<string, unknown>();
  const port = (name: string, make: (origin: Origin) => unknown): unknown => {
    if (!made.has(name)) made.set(name, make(origin));
    return made.get(name);
  };
  const origin: Origin = {
    names,
    unreadable: unreadableOf(names),
    get payloads() {
      return port('payloads', payloads) as PayloadStore;
    },
  };
  const opened = {};
  for (const [name, make] of makers)
    Object.defineProperty(opened, name, { enumerable: true, get: () => port(name, make) });
  return opened as OpenedPorts<Kits>;
}

/** Ports of requests, for a function that was given their table; none for one that makes no requests. */
export function requestPortsOf(names: PhysicalNames): Partial<Pick<Ports, 'pending' | 'timers'>> {
  return names.has('pendingTable') ? openPorts(names, requestPorts) : {};
}

/** Receipts of the copies of one queue. @param url URL of the queue */
export function receiptsOf(url: string): LaneReceipts {
  return new SqsLaneReceipts(sqsClient(), url);
}

/** Means by which a party that stands there is cut off. */
export function confinementAt(place: ConfinedPlace): Confinement {
  const urls = new QueueUrls(sqsClient());
  const clients = { iam: iamClient(), lambda: lambdaClient(), sqs: sqsClient() };
  return new IamConfinement({ ...clients, queueUrl: (arn) => urls.of(arn) }, place);
}

/** Finds the receipts of queues by ARN. */
export function receiptsByArn(): (arn: string) => Promise<LaneReceipts> {
  const urls = new QueueUrls(sqsClient());
  return async (arn) => receiptsOf(await urls.of(arn));
}

/** A lane that is polled. @param visibilitySeconds seconds that a received copy is hidden */
export function laneAt(url: string, visibilitySeconds: number): SqsLane {
  return new SqsLane(sqsClient(), url, visibilitySeconds);
}

/** Whoever has the credentials of this process. */
export function callerHere(): Caller {
  const { AWS_ENDPOINT_URL_STS: own, AWS_ENDPOINT_URL: all } = process.env;
  return new StsCaller(stsClient(), Boolean(own ?? all));
}

const clock = () => ({ now: () => Date.now() });
const bus = ({ names }: Origin) => new EventBridgeBus(eventBridgeClient(), names.of('bus'));
const lanes = ({ names }: Origin) => new SqsLaneSender(sqsClient(), names.lanes());
const returns = ({ names }: Origin) => new SqsLaneReturns(sqsClient(), names.lanes());
const timers = ({ names }: Origin) => new SqsTimerQueue(sqsClient(), names.of('timerQueue'));
const deadLetters = (origin: Origin) =>
  new SqsDeadLetterQueue(sqsClient(), origin.names.of('deadLetterQueue'), origin.payloads);
const payloads = ({ names }: Origin) => new S3PayloadStore(s3Client(), names.of('payloadBucket'));
const deliveries = ({ names, unreadable }: Origin) =>
  new DynamoDeliveryStore(documentClient(), names.of('ledgerTable'), unreadable);
const intents = (origin: Origin) =>
  new DynamoIntentStore(documentClient(), origin.names.of('ledgerTable'), origin.payloads, origin.unreadable);
const deferredReplies = ({ names }: Origin) => new DynamoDeferredReplyStore(documentClient(), names.of('ledgerTable'));
const breakers = ({ names, unreadable }: Origin) =>
  new DynamoBreakerStore(documentClient(), names.of('ledgerTable'), unreadable);
const ledger = ({ names }: Origin) => new DynamoLedgerWriter(documentClient(), names.of('ledgerTable'));
const conversations = (origin: Origin) =>
  new DynamoLedgerReader(
    documentClient(),
    origin.names.of('ledgerTable'),
    origin.payloads,
    origin.names.writers(),
    origin.unreadable,
  );
const book = ({ names, unreadable }: Origin) =>
  new DynamoDeadLetterBook(documentClient(), names.of('ledgerTable'), unreadable);
const pending = ({ names, unreadable }: Origin) =>
  new DynamoPendingStore(documentClient(), names.of('pendingTable'), unreadable);
const approvals = ({ names }: Origin) => new DynamoApprovalReader(documentClient(), names.of('approvalTable'));
const sagas = ({ names }: Origin) => new DynamoSagaStore(documentClient(), names.of('pendingTable'));
const openExecutions = ({ names, unreadable }: Origin) =>
  new DynamoOpenExecutionStore(documentClient(), names.of('pendingTable'), unreadable);
const cursors = ({ names }: Origin) => new DynamoCursorStore(documentClient(), names.of('pendingTable'));
const quarantines = ({ names }: Origin) =>
  new DynamoQuarantineStore(documentClient(), names.of('quarantineTable'), names.of('ledgerTable'));
const heldTimes = ({ names }: Origin) => new DynamoHeldTimes(documentClient(), names.of('ledgerTable'));
const starter = ({ names }: Origin) => new SfnStarter(sfnClient(), names.machines());
const resumer = () => new SfnResumer(sfnClient());
const executions = ({ names }: Origin) => new SfnWorkflowEngine(sfnClient(), names.machines());
const executionFacts = () => new SfnExecutionReader(sfnClient());
const archive = ({ names, unreadable }: Origin) => new S3Archive(s3Client(), names.of('archiveBucket'), unreadable);
const archiveWriter = ({ names }: Origin) => new S3PayloadStore(s3Client(), names.of('archiveBucket'));
const busArchive = ({ names }: Origin) => new EventBridgeArchive(eventBridgeClient(), names.of('busArn'));
const chains = ({ names }: Origin) => new DynamoChainStore(documentClient(), names.of('chainTable'));
const seals = ({ names }: Origin) => new S3Seals(s3Client(), names.of('sealBucket'));
const sealSigner = ({ names }: Origin) => new KmsSigner(kmsClient(), names.of('sealKey'));
const unreadable = (origin: Origin) => origin.unreadable;
const linkSigner = ({ names }: Origin) => new KmsLinkSigner(kmsClient(), names.of('linkKey'));

/** The handling chain of an agent. */
export const agentPorts = {
  clock,
  bus,
  lanes,
  payloads,
  deliveries,
  deferredReplies,
  breakers,
  deadLetters,
  heldTimes,
};

/** A publisher outside any handling. */
export const publisherPorts = { clock, bus, lanes, intents, payloads };

/** Requests and their timers. */
export const requestPorts = { pending, timers };

/** Whoever waits for a request is told how it ended. */
export const waiterPorts = { ledger, pending, resumer, sagas };

/** The archive's writer. */
export const archiveWriterPorts = { clock, archiveWriter, chains };

/** The maker of seals. */
export const sealPorts = { clock, chains, seals };

export const approvalsPort = { approvals };
export const archivePort = { archive };
export const bookPort = { book };
export const conversationsPort = { conversations };
export const cursorsPort = { cursors };
export const deadLettersPort = { deadLetters };
export const deliveriesPort = { deliveries };
export const executionFactsPort = { executionFacts };
export const executionsPort = { executions };
export const ledgerPort = { ledger };
export const linkSignerPort = { linkSigner };
export const openExecutionsPort = { openExecutions };
export const quarantinesPort = { quarantines };
export const returnsPort = { returns };
export const sealSignerPort = { sealSigner };
export const starterPort = { starter };
export const unreadablePort = { unreadable };

/** Every port, for programs that are not bundled: commands read the one that they need. */
export const allPorts = {
  ...{
    clock,
    bus,
    lanes,
    returns,
    timers,
    deadLetters,
    payloads,
    deliveries,
    intents,
    deferredReplies,
    breakers,
    ledger,
    conversations,
    book,
  },
  ...{
    pending,
    approvals,
    sagas,
    cursors,
    starter,
    resumer,
    executions,
    executionFacts,
    archive,
    archiveWriter,
    openExecutions,
    quarantines,
    heldTimes,
  },
  ...{ busArchive, chains, seals, sealSigner, linkSigner, unreadable },
} satisfies Required<Kit>;
