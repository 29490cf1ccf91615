export { connect } from './connect.js';
export type { ClientPublishOptions, ConnectOptions, Laneway, RequestOptions } from './connect.js';
export { findDeployment } from './deployment.js';
export type { Deployment } from './deployment.js';
export type { LedgerEntry } from '../domain/conversation.js';
export type { Receipt } from '../topology/publish-message.js';
