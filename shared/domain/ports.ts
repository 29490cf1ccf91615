import type { BreakerStore } from './breaker/breaker-store.js';
import type { Clock } from './base/clock.js';
import type { AgentChoices } from './selection/agent-chooser.js';
import type { CursorStore } from './base/cursor-store.js';
import type { DeadLetterQueue } from './delivery/dead-letter.js';
import type { DeliveryStore } from './delivery/delivery-store.js';
import type { IntentStore } from './delivery/intent-store.js';
import type { EmergencyStore } from './emergency/emergency.js';
import type { ArchiveStore } from './evidence/archive.js';
import type { BusArchive } from './evidence/bus-archive.js';
import type { LedgerReader } from './evidence/conversation.js';
import type { DeadLetterBook } from './evidence/dead-letter-book.js';
import type { LedgerWriter } from './evidence/ledger-writer.js';
import type { ChainStore, SealStore, Signer } from './evidence/seal.js';
import type { SupervisedExecutions, WorkflowEngine } from './execution/executions.js';
import type { OpenExecutionStore } from './execution/open-executions.js';
import type { SagaStore } from './execution/saga.js';
import type { ExecutionReader, WorkflowResumer, WorkflowStarter } from './execution/workflow-engine.js';
import type { PauseStore } from './pause/pause.js';
import type { HeldTimes, QuarantineStore } from './quarantine/quarantine.js';
import type { RateStore } from './rate/rate-store.js';
import type { AgentFunctions } from './registry/function-state.js';
import type { Registry } from './registry/registry.js';
import type { ApprovalReader } from './request/approval-reader.js';
import type { LinkSigner } from './request/approval-link.js';
import type { DeferredReplyStore } from './request/deferred-replies.js';
import type { PendingStore } from './request/pending-store.js';
import type { TimerQueue } from './request/timer-queue.js';
import type { LaneReturns, LaneSender, MessageBus } from './wire/message-bus.js';
import type { UnreadableRows } from './form/passed-over.js';
import type { PayloadStore } from './wire/payload-store.js';

/**
 * Everything outside an application that Laneway works with, each under its one name. Logic takes the part that it needs:
 * `Pick<Ports, 'clock' | 'pending'>`. On AWS the ports are made by `shared/aws/ports.ts`, in memory by `shared/testing`.
 * Objects that belong to one queue, a lane and the receipts of its copies, are no ports: whoever has the queue has them made.
 */
export interface Ports {
  readonly clock: Clock;
  /** Choices of agents for commands on channels that select, with the memory of this process. */
  readonly choices: AgentChoices;
  /** Bus of the application. */
  readonly bus: MessageBus;
  /** Lanes of agents, for messages of direct channels. */
  readonly lanes: LaneSender;
  /** Lanes of agents, for copies that go back to where they died. */
  readonly returns: LaneReturns;
  /** Queue of timers. */
  readonly timers: TimerQueue;
  /** Dead letter queue of the function or agent at work. */
  readonly deadLetters: DeadLetterQueue;
  /** Payloads that are too large for a message or an item. */
  readonly payloads: PayloadStore;
  /** Deliveries and their leases. */
  readonly deliveries: DeliveryStore;
  /** Messages that are about to be sent. */
  readonly intents: IntentStore;
  /** Replies that handlers have deferred. */
  readonly deferredReplies: DeferredReplyStore;
  /** Breakers of agents' guarded calls. */
  readonly breakers: BreakerStore;
  /** Ledger, for what the platform notes in it. */
  readonly ledger: LedgerWriter;
  /** Ledger, read by conversation. */
  readonly conversations: LedgerReader;
  /** Dead letters and what operators did, in the ledger. */
  readonly book: DeadLetterBook;
  /** Requests that wait. */
  readonly pending: PendingStore;
  /** Requests that wait for people, without their waiters. */
  readonly approvals: ApprovalReader;
  /** Sagas of executions. */
  readonly sagas: SagaStore;
  /** Notes of executions whose end is still to be reported. */
  readonly openExecutions: OpenExecutionStore;
  /** Places to which passes over many records have come. */
  readonly cursors: CursorStore;
  /** Parts of the application that are cut off from it. */
  readonly quarantines: QuarantineStore;
  /** Times for which agents were cut off, for the agents themselves. */
  readonly heldTimes: HeldTimes;
  /** Emergencies that operators declare. */
  readonly emergencies: EmergencyStore;
  /** Pauses of channels, and what waits meanwhile. */
  readonly pauses: PauseStore;
  /** Token buckets that processes share. */
  readonly rates: RateStore;
  /** Instances of agents, and what the platform says of them. */
  readonly registry: Registry;
  /** Functions of the agents that run on Lambda. */
  readonly agentFunctions: AgentFunctions;
  /** Workflow engine, for starting executions. */
  readonly starter: WorkflowStarter;
  /** Workflow engine, for resuming executions. */
  readonly resumer: WorkflowResumer;
  /** Executions of the application's workflows. */
  readonly executions: WorkflowEngine & SupervisedExecutions;
  /** Input and end of any one execution. */
  readonly executionFacts: ExecutionReader;
  /** Archive that the ledger's stream has written. */
  readonly archive: ArchiveStore;
  /** Archive, for the ledger's stream: objects that are written once. */
  readonly archiveWriter: Pick<PayloadStore, 'put'>;
  /** Archive that EventBridge keeps of the bus. */
  readonly busArchive: BusArchive;
  /** Heads of the archive's chains. */
  readonly chains: ChainStore;
  /** Seals, apart from the archive. */
  readonly seals: SealStore;
  /** Key that signs seals. */
  readonly sealSigner: Signer;
  /** Key that signs links of approvals. */
  readonly linkSigner: LinkSigner;
  /** Rows that the stores could not read and have passed over. */
  readonly unreadable: UnreadableRows;
}
