import '../domain/base/one-version.js';
export { createAgent } from './create-agent.js';
export type { Agent, AgentBuilder, AgentOptions, BoundAgent, ErasedHandler } from './create-agent.js';
export type {
  CommandsIn,
  Context,
  Handler,
  HandlerResult,
  Handlers,
  Log,
  Middleware,
  PublishedMessage,
  ReplyLater,
} from './context.js';
export type { Message } from './message.js';
export type { Addressee } from '../topology/addressing.js';
export type { PublishOptions } from '../publishing/compose-message.js';
export { LanewayError, PermanentError } from '../domain/base/errors.js';
