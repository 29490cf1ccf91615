/**
 * Workflows: a function that runs once, records its steps and compiles to an AWS Step Functions state machine.
 *
 * @example
 * ```ts
 * import { event } from 'laneway/message';
 * import { defineTopology } from 'laneway/topology';
 * import { defineWorkflow } from 'laneway/workflow';
 * import * as z from 'zod';
 * import { Greet, Greeted } from './messages.js';
 *
 * const GuestArrived = event('GuestArrived', z.object({ name: z.string() }));
 * const reception = defineTopology('reception', {
 *   channels: { arrivals: { carries: [GuestArrived] }, requests: { carries: [Greet] }, results: { carries: [Greeted] } },
 *   agents: { greeter: { subscribes: ['requests'] } },
 *   clients: { door: { publishes: [GuestArrived] } },
 * });
 *
 * export const welcome = defineWorkflow(reception, 'welcome', { startedBy: GuestArrived }, (flow, guest) => {
 *   flow.request('greet', Greet, { name: guest.name }, { timeout: '5 minutes' });
 *   flow.complete('greeted');
 * });
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export { defineWorkflow } from './define/define-workflow.js';
export type { WorkflowOptions } from './define/define-workflow.js';
export type { WorkflowDefinition, WorkflowStep } from './define/workflow-definition.js';
export { describeWorkflow } from './define/describe-workflow.js';
export type { WorkflowDescription, WorkflowPath } from './define/describe-workflow.js';
export type {
  AgentOf,
  AnsweredCommand,
  ApprovalOptions,
  MatchArms,
  Compensation,
  ApprovalDecision,
  Fallback,
  Flow,
  FlowResult,
  ReceiverGroup,
  ListOf,
  MapOptions,
  TopologyNames,
  NamesOf,
  None,
  Receiver,
  ReceiveOptions,
  BranchResults,
  RunOptions,
  StepPublishOptions,
  StepRequestOptions,
  TypesOf,
  WithoutCompleting,
} from './define/flow.js';
export type {
  Absence,
  Completed,
  Ended,
  Failed,
  RefFields,
  Input,
  InputLiteral,
  BranchResult,
  Ref,
  Typed,
  ValueOf,
} from './define/ref.js';
export { COMPARISONS } from './record/outline.js';
export type { Comparison, WorkflowOutline } from './record/outline.js';
export type { Awaited as AwaitedMessage } from '../domain/request/awaited.js';
export type {
  AslAssign,
  AslBranch,
  AslCatch,
  AslChoice,
  AslDefinition,
  AslFail,
  AslMap,
  AslParallel,
  AslPass,
  AslRetry,
  AslState,
  AslTask,
  AslTransition,
} from './compile/asl.js';
export type { Json } from '../domain/base/json.js';
export type { CapableAgents } from '../topology/addressing.js';
