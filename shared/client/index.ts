/**
 * Clients: programs outside the application that publish, ask and follow conversations. A client is declared in the topology
 * and finds the deployed application by its stacks.
 *
 * @example
 * ```ts
 * import { connect } from 'laneway/client';
 * import { Greet } from './messages.js';
 * import { topology } from './topology.js';
 *
 * const desk = await connect(topology, { as: 'desk' });
 * const { text } = await desk.request(Greet, { name: 'Ada' }, { timeout: '1 minute' });
 * console.log(text);
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export { connect } from './connect.js';
export type { ConnectOptions, Laneway } from './connect.js';
export { BusyError } from '../domain/base/errors.js';
export type { LanewayClient } from './laneway-client.js';
export type { ClientPublishOptions, RequestOptions } from '../publishing/client-options.js';
export { findDeployment } from './deployment.js';
export type { Deployment, FindOptions } from './deployment.js';
export type { LedgerEntry } from '../domain/evidence/conversation.js';
export type {
  AgentFinder,
  AgentInstance,
  FindAgentsOptions,
  InstanceFilter,
} from '../topology/registry/find-agents.js';
export { AGENT_STATUSES } from '../domain/registry/lifecycle.js';
export type { AgentStatus } from '../domain/registry/lifecycle.js';
export type { Answered, Broadcast, BroadcastOptions, Missing } from '../publishing/broadcast/broadcast.js';
export type { Receipt } from '../publishing/publish-message.js';
export type { DeadLetterEntry, DeadLetterReason, Resolution } from '../domain/delivery/dead-letter.js';
export type {
  Cancellation,
  DeliveryKey,
  DeliveryRecord,
  Unsent,
  DeliveryState,
  Emission,
  Intent,
  MessageFacts,
  NotedProgress,
} from '../domain/delivery/delivery.js';
export type { Lineage } from '../domain/delivery/lineage.js';
export type { AttemptEnd } from '../domain/request/ladder.js';
export type { Choice, PassedOverBecause, RequiredCapabilities, RunnerUp } from '../domain/selection/selection.js';
export type { RequestOutcome } from '../domain/request/pending.js';
export type { EscalationEntry, RequestEntry } from '../domain/evidence/ledger-writer.js';
export type { OperatorEntry, ReplayFacts } from '../domain/evidence/dead-letter-book.js';
