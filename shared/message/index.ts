/**
 * Message types: a name, a zod schema, and for a command the event that replies. Every other entry takes them; they know
 * neither AWS nor a topology.
 *
 * @example
 * ```ts
 * import { command, event } from 'laneway/message';
 * import * as z from 'zod';
 *
 * export const Greeted = event('Greeted', z.object({ text: z.string() }));
 * export const Greet = command('Greet', z.object({ name: z.string().min(1) }), { reply: Greeted });
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export { command, event, older } from './message-type.js';
export type {
  CommandOptions,
  CommandType,
  DataOf,
  EventOptions,
  EventType,
  InputOf,
  MessageType,
  MessageTypeBase,
  OlderVersion,
  ReplyOf,
} from './message-type.js';
export {
  AgentCameBack,
  AgentStatusChanged,
  AgentWentDown,
  ApprovalDecided,
  ApprovalRequested,
  BreakerChanged,
  ErrorReported,
  MessageAcknowledged,
  MessageExpired,
  PersonNeeded,
  RequestCancelled,
  RequestFailed,
  RequestTimedOut,
  ResourceThresholdCrossed,
  AgentFailed,
  TaskCompleted,
  WorkflowCompensated,
  WorkflowFailed,
  WorkflowProgressed,
  WorkflowCompleted,
  WorkflowRequested,
  WorkflowStarted,
} from './system-messages.js';
export { Coordinate, Coordinated } from './coordination.js';
export { EmergencyAsked, EmergencyDeclared, EmergencyEnded } from './emergency-messages.js';
export { ERROR_CODES, LanewayError, PermanentError } from '../domain/base/errors.js';
export type { ErrorCode, ErrorSummary, LanewayErrorOptions } from '../domain/base/errors.js';
export { SYSTEM_CHANNELS } from './system-messages.js';
export type { SystemChannelName } from './system-messages.js';
export type { Envelope } from '../domain/wire/envelope.js';
export { PRIORITIES } from '../domain/base/priority.js';
export type { Priority } from '../domain/base/priority.js';
export { DURATION_UNITS } from '../domain/base/duration.js';
export type { Duration, DurationUnit } from '../domain/base/duration.js';
