import type { EventType } from '../../message/message-type.js';
import type { Topology } from '../../topology/topology.js';
import type { Awaited } from '../../domain/request/awaited.js';
import type { AslDefinition } from '../compile/asl.js';
import type { WorkflowOutline } from '../record/outline.js';

/** A step that sends a message or waits. */
export interface WorkflowStep {
  /** Name of the state; the dispatcher and the ledger know the step by it. */
  readonly name: string;
  /** Kind of the step: the verb that recorded it. */
  readonly kind: 'request' | 'publish' | 'wait' | 'run' | 'approval' | 'receive';
  /** Message type that it sends or waits for; for `run` the workflow. Absent for a pause and an approval. */
  readonly type?: string;
  /** Type of the reply, for a request. */
  readonly reply?: string;
  /** Seconds that the step waits; for an approval with `escalateTo` twice as long. Absent for `publish` and `wait`. */
  readonly timeoutSeconds?: number;
  /** Arms and branches that lead to it, outermost first. */
  readonly path: readonly string[];
}

/** A checked and compiled workflow. */
export interface WorkflowDefinition<Name extends string = string, Start extends EventType = EventType> {
  /** Name of the workflow, unique in its application. */
  readonly name: Name;
  /** Topology that the workflow belongs to. */
  readonly topology: Topology;
  /** Event type each message of which starts an execution. */
  readonly startedBy: Start;
  /** Bound of a whole execution, seconds. */
  readonly deadlineSeconds: number;
  /** True when only `laneway workflow start` starts it. @defaultValue false */
  readonly byHand?: boolean;
  /** Steps that send or wait, in the order of definition. */
  readonly steps: readonly WorkflowStep[];
  /** Messages that its steps wait for. */
  readonly awaits: readonly Awaited[];
  /** Definition to deploy as a Standard state machine, `${DispatcherArn}` replaced. */
  readonly asl: AslDefinition;
  /** The recorded steps; `describeWorkflow` reads them. */
  readonly outline: WorkflowOutline;
}
