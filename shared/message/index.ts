export { command, event, older } from './message-type.js';
export type {
  CommandOptions,
  CommandType,
  DataOf,
  EventOptions,
  EventType,
  InputOf,
  MessageType,
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
export { LanewayError, PermanentError } from '../domain/errors.js';
export type { ErrorCode, ErrorSummary } from '../domain/errors.js';
export type { Priority } from '../domain/priority.js';
export type { Duration } from '../domain/duration.js';
