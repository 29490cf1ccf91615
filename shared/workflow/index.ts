export { defineWorkflow } from './define-workflow.js';
export type { WorkflowDefinition, WorkflowOptions, WorkflowStep } from './define-workflow.js';
export { describeWorkflow } from './describe-workflow.js';
export type { WorkflowDescription, WorkflowPath } from './describe-workflow.js';
export type { Flow, PublishOptions, RequestOptions } from './flow.js';
export type { Completed, Ended, Failed, Input, Ref } from './ref.js';
export type { AslBranch, AslDefinition, AslState } from './asl.js';
