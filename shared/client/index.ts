import '../domain/one-version.js';
export { connect } from './connect.js';
export type { ClientPublishOptions, ConnectOptions, Laneway, RequestOptions } from './connect.js';
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
