import '../domain/one-version.js';
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
  ApprovalDecided,
  ApprovalRequested,
  ErrorReported,
  MessageAcknowledged,
  MessageExpired,
  PersonNeeded,
  RequestCancelled,
  RequestFailed,
  RequestTimedOut,
  AgentFailed,
  TaskCompleted,
  WorkflowCompensated,
  WorkflowFailed,
  WorkflowProgressed,
  WorkflowCompleted,
  WorkflowRequested,
  WorkflowStarted,
} from './system-messages.js';
export { ERROR_CODES, LanewayError, PermanentError } from '../domain/errors.js';
export type { ErrorCode, ErrorSummary, LanewayErrorOptions } from '../domain/errors.js';
export { SYSTEM_CHANNELS } from './system-messages.js';
export type { SystemChannelName } from './system-messages.js';
export type { Envelope } from '../domain/envelope.js';
export { PRIORITIES } from '../domain/priority.js';
export type { Priority } from '../domain/priority.js';
export { DURATION_UNITS } from '../domain/duration.js';
export type { Duration, DurationUnit } from '../domain/duration.js';
