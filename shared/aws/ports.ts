import type { LaneReceipts } from '../domain/wire/message-bus.js';
import { UnreadableRows } from '../domain/form/passed-over.js';
import type { PayloadStore } from '../domain/wire/payload-store.js';
import type { Ports } from '../domain/ports.js';
import { AgentChooser } from '../domain/selection/agent-chooser.js';
import { documentClient } from './base/clients/dynamo-client.js';
import { eventBridgeClient } from './base/clients/event-bridge-client.js';
import { kmsClient } from './base/clients/kms-client.js';
import { s3Client } from './base/clients/s3-client.js';
import { sfnClient } from './base/clients/sfn-client.js';
import { later } from './base/later.js';
import { DynamoApprovalReader } from './dynamo/dynamo-approval-reader.js';
import { DynamoChainStore } from './dynamo/dynamo-chain-store.js';
import { DynamoCursorStore } from './dynamo/dynamo-cursor-store.js';
import { DynamoDeadLetterBook } from './dynamo/dynamo-dead-letter-book.js';
import { DynamoBreakerStore } from './dynamo/breakers/dynamo-breaker-store.js';
import { DynamoDeferredReplyStore } from './dynamo/dynamo-deferred-reply-store.js';
import { DynamoDeliveryStore } from './dynamo/dynamo-delivery-store.js';
import { DynamoEmergencyStore } from './dynamo/emergency/dynamo-emergency-store.js';
import { DynamoHeldTimes } from './dynamo/quarantine/dynamo-held-times.js';
import { DynamoIntentStore } from './dynamo/dynamo-intent-store.js';
import { DynamoLedgerReader } from './dynamo/dynamo-ledger-reader.js';
import { DynamoLedgerWriter } from './dynamo/dynamo-ledger-writer.js';
import { DynamoOpenExecutionStore } from './dynamo/dynamo-open-execution-store.js';
import { DynamoPauseStore } from './dynamo/pauses/dynamo-pause-store.js';
import { DynamoPendingStore } from './dynamo/dynamo-pending-store.js';
import { DynamoQuarantineStore } from './dynamo/quarantine/dynamo-quarantine-store.js';
import { DynamoRateStore } from './dynamo/rates/dynamo-rate-store.js';
import { DynamoRegistry } from './dynamo/registry/dynamo-registry.js';
import { DynamoSagaStore } from './dynamo/dynamo-saga-store.js';
import { EventBridgeArchive } from './events/event-bridge-archive.js';
import { EventBridgeBus } from './events/event-bridge-bus.js';
import { KmsSigner } from './kms/kms-signer.js';
import type { PhysicalNames } from './physical-names.js';
import { S3PayloadStore } from './s3/s3-payload-store.js';
import { S3Seals } from './s3/s3-seals.js';
import { SfnExecutionReader } from './step-functions/sfn-execution-reader.js';
import { SfnStarter } from './step-functions/sfn-starter.js';
import { SfnWorkflowEngine } from './step-functions/sfn-workflow-engine.js';

/*
 * The one place where adapters of functions are made. A bundle holds only the ports whose kits its code names: kits are
 * constants of functions, which the bundler leaves out one by one. `allPorts` names every port and belongs into no function of
 * Lambda.
 *
 * Adapters that most invocations do without are put off: the modules of `later-adapters` are no part of a function's bundle,
 * but files beside it, which the first call loads. The names of resources are read when the port is, so that a missing
 * one is met before the first message.
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

/** Shared token buckets, for a process that was given their table; none for one that keeps no exact limit. */
export function ratesPortOf(names: PhysicalNames): Partial<Pick<Ports, 'rates'>> {
  return names.has('registryTable') ? openPorts(names, ratesPort) : {};
}

/** Receipts of the copies of one queue. @param url URL of the queue */
export function receiptsOf(url: string): LaneReceipts {
  const receipts = later(
    () => import('./later-adapters/sqs.js'),
    (sqs) => sqs.makeReceipts(url),
  );
  return { setVisibility: receipts.call('setVisibility') };
}

/** Finds the receipts of queues by ARN. */
export function receiptsByArn(): (arn: string) => Promise<LaneReceipts> {
  const urls = later(
    () => import('./later-adapters/sqs.js'),
    (sqs) => sqs.makeQueueUrls(),
  );
  const urlOf = urls.call('of');
  return async (arn) => receiptsOf(await urlOf(arn));
}

const clock = () => ({ now: () => Date.now() });
const bus = ({ names }: Origin) => new EventBridgeBus(eventBridgeClient(), names.of('bus'));
const lanes = ({ names }: Origin): Ports['lanes'] => {
  const urls = names.lanes();
  const port = later(
    () => import('./later-adapters/sqs.js'),
    (sqs) => sqs.makeLanes(urls),
  );
  return { send: port.call('send') };
};
const choices = ({ names, unreadable }: Origin): Ports['choices'] => {
  const urls = names.lanes();
  const registry = names.has('registryTable')
    ? { client: documentClient(), table: names.of('registryTable'), unreadable, terms: names.terms() }
    : undefined;
  const port = later(
    () => import('./later-adapters/standings.js'),
    (standings) => standings.makeStandings(urls, registry),
  );
  return new AgentChooser({ of: port.call('of') }, clock());
};
const returns = ({ names }: Origin): Ports['returns'] => {
  const urls = names.lanes();
  const port = later(
    () => import('./later-adapters/sqs.js'),
    (sqs) => sqs.makeReturns(urls),
  );
  return { put: port.call('put') };
};
const timers = ({ names }: Origin): Ports['timers'] => {
  const url = names.of('timerQueue');
  const port = later(
    () => import('./later-adapters/sqs.js'),
    (sqs) => sqs.makeTimers(url),
  );
  return { set: port.call('set') };
};
const deadLetters = (origin: Origin): Ports['deadLetters'] => {
  const url = origin.names.of('deadLetterQueue');
  const { payloads: kept } = origin;
  const port = later(
    () => import('./later-adapters/sqs.js'),
    (sqs) => sqs.makeDeadLetters(url, kept),
  );
  return { send: port.call('send') };
};
const payloadsIn = (bucket: string): PayloadStore => {
  const port = later(
    () => import('./later-adapters/s3.js'),
    (s3) => s3.makePayloads(bucket),
  );
  return { put: port.call('put'), get: port.call('get') };
};
const payloads = ({ names }: Origin) => payloadsIn(names.of('payloadBucket'));
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
const sagas = ({ names, unreadable }: Origin) =>
  new DynamoSagaStore(documentClient(), names.of('pendingTable'), unreadable);
const openExecutions = ({ names, unreadable }: Origin) =>
  new DynamoOpenExecutionStore(documentClient(), names.of('pendingTable'), unreadable);
const cursors = ({ names }: Origin) => new DynamoCursorStore(documentClient(), names.of('pendingTable'));
const quarantines = ({ names }: Origin) =>
  new DynamoQuarantineStore(documentClient(), names.of('quarantineTable'), names.of('ledgerTable'));
const heldTimes = ({ names }: Origin) => new DynamoHeldTimes(documentClient(), names.of('ledgerTable'));
const emergencies = ({ names }: Origin) => new DynamoEmergencyStore(documentClient(), names.of('ledgerTable'));
const pauses = ({ names }: Origin) => new DynamoPauseStore(documentClient(), names.of('ledgerTable'));
const rates = ({ names }: Origin) => new DynamoRateStore(documentClient(), names.of('registryTable'));
const registry = ({ names, unreadable }: Origin) =>
  new DynamoRegistry(documentClient(), names.of('registryTable'), unreadable);
const agentFunctions = ({ names }: Origin): Ports['agentFunctions'] => {
  const urls = names.lanes();
  const port = later(
    () => import('./later-adapters/lambda.js'),
    (lambda) => lambda.makeAgentFunctions(urls),
  );
  return { stateOf: port.call('stateOf') };
};
const starter = ({ names }: Origin) => new SfnStarter(sfnClient(), names.machines());
const resumer = (): Ports['resumer'] => {
  const port = later(
    () => import('./later-adapters/sfn.js'),
    (sfn) => sfn.makeResumer(),
  );
  return { succeed: port.call('succeed'), fail: port.call('fail') };
};
const executions = ({ names }: Origin) => new SfnWorkflowEngine(sfnClient(), names.machines());
const executionFacts = () => new SfnExecutionReader(sfnClient());
const archive = ({ names, unreadable }: Origin): Ports['archive'] => {
  const bucket = names.of('archiveBucket');
  const port = later(
    () => import('./later-adapters/s3.js'),
    (s3) => s3.makeArchive(bucket, unreadable),
  );
  return { days: port.call('days'), lines: port.read('lines'), chainLines: port.read('chainLines') };
};
const archiveWriter = ({ names }: Origin) => new S3PayloadStore(s3Client(), names.of('archiveBucket'));
const busArchive = ({ names }: Origin) => new EventBridgeArchive(eventBridgeClient(), names.of('busArn'));
const chains = ({ names, unreadable }: Origin) =>
  new DynamoChainStore(documentClient(), names.of('chainTable'), unreadable);
const seals = ({ names, unreadable }: Origin) => new S3Seals(s3Client(), names.of('sealBucket'), unreadable);
const sealSigner = ({ names }: Origin) => new KmsSigner(kmsClient(), names.of('sealKey'));
const unreadable = (origin: Origin) => origin.unreadable;
const linkSigner = ({ names }: Origin): Ports['linkSigner'] => {
  const key = names.of('linkKey');
  const port = later(
    () => import('./later-adapters/kms.js'),
    (kms) => kms.makeLinkSigner(key),
  );
  return { sign: port.call('sign'), verify: port.call('verify') };
};

/** The handling chain of an agent. */
export const agentPorts = {
  ...{ clock, bus, lanes, payloads, choices },
  ...{ deliveries, deferredReplies, breakers, deadLetters, heldTimes, pauses, emergencies },
};

/** A publisher outside any handling. */
export const publisherPorts = { clock, bus, lanes, intents, payloads, choices };

/** Requests and their timers. */
export const requestPorts = { pending, timers };

/** Whoever waits for a request is told how it ended. */
export const waiterPorts = { ledger, pending, resumer, sagas };

/** The archive's writer. */
export const archiveWriterPorts = { clock, archiveWriter, chains };

/** The maker of seals. */
export const sealPorts = { clock, chains, seals };

export const agentFunctionsPort = { agentFunctions };
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
export const emergenciesPort = { emergencies };
export const pausesPort = { pauses };
export const quarantinesPort = { quarantines };
export const ratesPort = { rates };
export const registryPort = { registry };
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
    choices,
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
    pauses,
  },
  ...{ rates, registry, agentFunctions, emergencies },
  ...{ busArchive, chains, seals, sealSigner, linkSigner, unreadable },
} satisfies Required<Kit>;
