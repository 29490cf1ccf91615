/**
 * The infrastructure of an application as AWS CDK constructs. {@link LanewayApplication} makes everything; the other
 * constructs are its parts, for applications that arrange them themselves.
 *
 * @example
 * ```ts
 * import { App } from 'aws-cdk-lib';
 * import { LanewayApplication } from 'laneway/cdk';
 * import { topology } from './topology.js';
 *
 * new LanewayApplication(new App(), 'Reception', {
 *   topology,
 *   agents: './src', // finds <agent>/lambda.ts
 * });
 * ```
 *
 * @packageDocumentation
 */
import '../../shared/domain/base/one-version.js';
export { LanewayApplication, type LanewayApplicationProps } from './laneway-application.js';
export {
  AgentFunction,
  LANE_CONCURRENCY,
  type AgentFunctionProps,
  type AgentOverrides,
  type LaneConcurrency,
  type LaneLoad,
} from '../constructs/agent-function.js';
export type { AgentSources } from './agent-entries.js';
export { ALARM_KINDS, Alarms, type AlarmKind, type AlarmOverrides } from '../constructs/alarms.js';
export type { BindableBucket } from '../constructs/bindable-bucket.js';
export type {
  Bindable,
  BindableQueue,
  BindableResource,
  BindableTable,
  BindableTopic,
  BoundResource,
  FurtherAccess,
} from '../constructs/binding.js';
export type { BundleOptions } from './bundle-settings.js';
export { Channel, type ChannelProps } from '../constructs/queues/channel.js';
export type { ExpectedLoad } from '../constructs/bounds/expected-load.js';
export { ClientPolicy, type ClientPolicyProps } from '../constructs/policies/client-policy.js';
export { IngressPolicy, type IngressPolicyProps } from '../constructs/policies/ingress-policy.js';
export type { Fabric, SharedRights } from '../constructs/fabric.js';
export type { LedgerEvidence, LedgerEvidenceProps, LedgerRetention } from '../constructs/ledger-evidence.js';
export { Mailbox, type Lane, type MailboxProps } from '../constructs/queues/mailbox.js';
export type { LaneKey } from '../../shared/topology/mailbox-names.js';
export type { FunctionOverrides, FunctionTracing } from '../constructs/runtime-function.js';
export { Workflow, type WorkflowProps } from '../constructs/workflow.js';
export type { EncryptedQueue, EncryptedQueueProps } from '../constructs/queues/encrypted-queue.js';
export type { BusRule, BusRuleProps } from '../constructs/queues/routing-rule.js';
export type { AgentGroupStack, AgentGroupStackProps, GroupAgentParts } from '../stacks/agent-group-stack.js';
export type { AgentsStack, AgentsStackProps } from '../stacks/agents-stack.js';
export type { AgentParts, RunningAgents } from '../stacks/running-agents.js';
export type { MessagingStack, MessagingStackProps } from '../stacks/messaging-stack.js';
export type { ObservabilityStack, ObservabilityStackProps } from '../stacks/observability-stack.js';
export type { DeployableWorkflow, OrchestrationStack, OrchestrationStackProps } from '../stacks/orchestration-stack.js';
export type { PlatformOverrides } from '../stacks/platform-functions.js';
export type { StateStack, StateStackProps } from '../stacks/state-stack.js';
export type { ApplicationStack } from '../stacks/application-stack.js';
export type { ApprovalPage, ApprovalPageProps } from '../constructs/approval-page.js';
export type { PlatformCode, PlatformFunction, PlatformFunctionProps } from '../constructs/platform-function.js';
export { ENVIRONMENT, type EnvironmentKey } from '../../shared/domain/base/environment.js';
export {
  PLATFORM_FUNCTIONS,
  type DeclaredFunction,
  type PlatformFunctionName,
} from '../../functions/platform/declarations.js';
export type {
  DeclaredApplication,
  PlatformPublishing,
  PlatformNeed,
  PlatformFunctionDeclaration,
  PlatformQueue,
  LedgerRows,
  OthersRows,
  TableAccess,
  PlatformTrigger,
  ScheduleTrigger,
} from '../../functions/platform/declaration.js';
export type { RuntimeFunction, RuntimeFunctionProps } from '../constructs/runtime-function.js';
export type { DeployedModelProps } from '../stacks/deployed-model.js';
export { WorkerPolicy, type WorkerPolicyProps } from '../constructs/policies/worker-policy.js';
export type { AgentSurroundings } from '../constructs/agent-rights.js';
export type { WorkerScaling } from './worker-scaling.js';
export { WorkerService, type WorkerServiceProps } from './worker-service.js';
