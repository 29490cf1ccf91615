import type { Capability } from '../../../../infra/engines/capabilities.js';
import type { EventType, InputOf, MessageType } from 'laneway/message';
import type { WorkflowDefinition } from 'laneway/workflow';

/** Deed of somebody outside while the workflow runs, once its cause can be seen in the conversation. */
export type OutsideAct =
  /** An approval is decided: the one of that step, or the escalated one of it. */
  | { readonly decide: 'approved' | 'rejected'; readonly step: string; readonly escalated?: boolean }
  /** The person whom the ladder asks answers. */
  | { readonly answer: unknown }
  /** A message is published into the conversation after so many of a type are in it. @defaultValue 1 */
  | {
      readonly publish: MessageType;
      readonly data: unknown;
      readonly subject?: string;
      readonly after: MessageType;
      readonly times?: number;
    };

/** End of an execution; `cause` only where it is ours. */
export type ExpectedEnding =
  { readonly result: string; readonly data?: unknown } | { readonly error: string; readonly cause?: string | RegExp };

/** One way through a definition, which is to be the same in the harness and on an engine. */
export interface ParityCase {
  readonly name: string;
  readonly workflow: WorkflowDefinition;
  readonly start: EventType;
  readonly data: unknown;
  readonly meanwhile: readonly OutsideAct[];
  readonly ends: ExpectedEnding;
  /** Capabilities that an engine needs so that the twin is the same there. */
  readonly needs?: Capability;
}

interface Given<Start extends EventType> {
  readonly data: InputOf<Start>;
  readonly meanwhile?: readonly OutsideAct[];
  readonly ends: ExpectedEnding;
  readonly needs?: Capability;
}

/** The ways through a definition that are tried, by name. */
export function ways<Start extends EventType>(
  workflow: WorkflowDefinition<string, Start>,
  given: Readonly<Record<string, Given<NoInfer<Start>>>>,
): ParityCase[] {
  return Object.entries(given).map(([name, { meanwhile = [], ...rest }]) => ({
    ...{ name: `${workflow.name}: ${name}`, workflow, start: workflow.startedBy, meanwhile, ...rest },
  }));
}
