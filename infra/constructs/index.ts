import '../../shared/domain/one-version.js';
export { LanewayApplication, type LanewayApplicationProps } from './laneway-application.js';
export {
  AgentFunction,
  LANE_CONCURRENCY,
  type AgentFunctionProps,
  type AgentOverrides,
  type LaneConcurrency,
} from './agent-function.js';
export type { AgentSources } from './agent-entries.js';
export { ALARM_KINDS, Alarms, type AlarmKind } from './alarms.js';
export type { Bindable, BindableBucket, BindableQueue, BindableTable, BindableTopic } from './binding.js';
export { Channel, type ChannelProps } from './channel.js';
export { ClientPolicy, type ClientPolicyProps } from './client-policy.js';
export type { Fabric } from './fabric.js';
export type { LedgerEvidence, LedgerEvidenceProps, LedgerRetention } from './ledger-evidence.js';
export { Mailbox, type Lane, type MailboxProps } from './mailbox.js';
export type { FunctionOverrides } from './runtime-function.js';
export { Workflow, type WorkflowProps } from './workflow.js';
export type { EncryptedQueue, EncryptedQueueProps } from './encrypted-queue.js';
export type { BusRule, BusRuleProps } from './routing-rule.js';
export type { AgentsStack, AgentsStackProps } from '../stacks/agents-stack.js';
export type { MessagingStack, MessagingStackProps } from '../stacks/messaging-stack.js';
export type { ObservabilityStack, ObservabilityStackProps } from '../stacks/observability-stack.js';
export type { DeployableWorkflow, OrchestrationStack, OrchestrationStackProps } from '../stacks/orchestration-stack.js';
export type { StateStack, StateStackProps } from '../stacks/state-stack.js';
export type { ApplicationStack } from '../stacks/application-stack.js';
export type { ApprovalPage, ApprovalPageProps } from './approval-page.js';
export type {
  PlatformCode,
  PlatformFunction,
  PlatformFunctionName,
  PlatformFunctionProps,
} from './platform-function.js';
export type { TableAccess } from './permissions.js';
export type { RuntimeFunction, RuntimeFunctionProps } from './runtime-function.js';
export type { DeployedModelProps } from './deployed-model.js';
export { WorkerPolicy, type WorkerPolicyProps } from './worker-policy.js';
export type { AgentSurroundings } from './agent-rights.js';
export type { WorkerScaling } from './worker-scaling.js';
export { WorkerService, type WorkerServiceProps } from './worker-service.js';
