import type { ClientPublishOptions } from '../../publishing/client-options.js';
import type { WorkflowDefinition } from '../../workflow/define/workflow-definition.js';
import type { ReadyAgent } from './bound-agents.js';

/** Options of `createHarness`. */
export interface HarnessOptions {
  /**
   * Agents with what they need (`agent.with({ ... })`), or bare where they need nothing. An agent of the topology that is
   * not given takes nothing: its messages wait in its lanes.
   */
  readonly agents: readonly ReadyAgent[];
  /** Workflows of the application; running one needs the package `jsonata`. @defaultValue none */
  readonly workflows?: readonly WorkflowDefinition[];
  /** Everything random follows from it, except ids. @defaultValue 1 */
  readonly seed?: number;
  /** Milliseconds since 1970 when the clock starts. @defaultValue 1 January 2026 */
  readonly start?: number;
  /** True to give `ApprovalRequested` a link, as `approvalLinks` of `LanewayApplication` does. @defaultValue false */
  readonly approvalLinks?: boolean;
}

/** Options of `publish` of a harness. */
export interface HarnessPublishOptions extends ClientPublishOptions {
  /** Declared client that publishes. @defaultValue the first that declares the type */
  readonly as?: string;
}
