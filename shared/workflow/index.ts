import '../domain/base/one-version.js';
export { defineWorkflow } from './define/define-workflow.js';
export type { WorkflowOptions } from './define/define-workflow.js';
export type { WorkflowDefinition, WorkflowStep } from './define/workflow-definition.js';
export { describeWorkflow } from './define/describe-workflow.js';
export type { WorkflowDescription, WorkflowPath } from './define/describe-workflow.js';
export type {
  AgentOf,
  Answered as AnsweredCommand,
  ApprovalOptions,
  Arms as MatchArms,
  Compensation,
  Decision as ApprovalDecision,
  Fallback,
  Flow,
  FlowResult,
  Kin as ReceiverGroup,
  ListOf,
  MapOptions,
  Names as TopologyNames,
  NamesOf,
  None,
  Receiver,
  ReceiveOptions,
  Results as BranchResults,
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
  Fields as RefFields,
  Input,
  Literal as InputLiteral,
  Outcome as BranchResult,
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
  Json,
} from './compile/asl.js';
