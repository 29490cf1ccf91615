import '../domain/one-version.js';
export { invoke } from './invoke.js';
export type { Invocation, InvokeOptions } from './invoke.js';
export type { ReadyAgent } from './bound-agents.js';
export { ManualClock } from './manual-clock.js';
export { createHarness } from './harness.js';
export type { Harness } from './harness.js';
export type { HarnessOptions, HarnessPublishOptions } from './harness-options.js';
export type { VisitForm } from './visit-link.js';
export type { PageResponse } from '../operator/answer-link.js';
export { CRASH_POINTS } from './faults.js';
export type { CrashPoint, Faults, HowOften, Selection } from './faults.js';
export { harnessMatchers } from './harness-matchers.js';
export type {
  DeadLetterMatch,
  HarnessMatchers,
  MatcherContext,
  MatcherResult,
  PartOf,
  ValueMatcher,
} from './harness-matchers.js';
export type { DeadLetterReason } from '../domain/dead-letter.js';
export type { HarnessConversation, SentMessage, WorkflowEnding } from './harness-conversation.js';
export type { Account, Expected as ExpectedDelivery, InFlight } from '../domain/conversation.js';
export { EXECUTION_STATUSES } from '../domain/executions.js';
export type { Execution, ExecutionDetail, ExecutionStatus } from '../domain/executions.js';
export type { Keep } from '../domain/keep.js';
export type { Climb, KeptCommand } from '../domain/ladder.js';
export type { Approval, PendingRecord, Waiter } from '../domain/pending.js';
export type { Clock } from '../domain/ports.js';
export type { ApprovalRecord } from '../operator/decide-approval.js';
export type { Actor } from '../operator/operator-services.js';
export type { Retried } from '../operator/retry-workflow.js';
export { checkExecutions } from './check-executions.js';
export type { CheckedWorkflow, CheckOptions, ExecutionCheck } from './check-executions.js';
export { FINDING_KINDS } from './execution-findings.js';
export type { ExecutionFinding, FindingKind } from './execution-findings.js';
export { readRecordings } from './recorded-execution.js';
export type { RecordedExecution, RecordedStep } from './recorded-execution.js';
export type { WorkflowInput } from '../domain/dispatch.js';
