import '../domain/one-version.js';
export { connect } from './connect.js';
export type { ConnectOptions, Laneway } from './connect.js';
export type { LanewayClient } from './laneway-client.js';
export type { ClientPublishOptions, RequestOptions } from '../topology/client-options.js';
export { findDeployment } from './deployment.js';
export type { Deployment, FindOptions } from './deployment.js';
export type { LedgerEntry } from '../domain/conversation.js';
export type { Receipt } from '../topology/publish-message.js';
export type { DeadLetterEntry, DeadLetterReason, Resolution } from '../domain/dead-letter.js';
export type {
  Cancellation,
  DeliveryKey,
  DeliveryRecord,
  DeliveryState,
  Emission,
  Intent,
  MessageFacts,
} from '../domain/delivery.js';
export type { AttemptEnd } from '../domain/ladder.js';
export type { RequestOutcome } from '../domain/pending.js';
export type { EscalationEntry, OperatorEntry, ReplayFacts, RequestEntry } from '../domain/ports.js';
