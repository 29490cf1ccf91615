import { derivedId } from '../base/ids.js';

/** A step of a workflow that waits for a message of a type. */
export interface Awaited {
  /** Name of the workflow. */
  readonly workflow: string;
  /** Name of the step's state. */
  readonly step: string;
  /** Message type that the step waits for. */
  readonly type: string;
  /** True when the step names the subject that the message must have. */
  readonly keyed: boolean;
}

/**
 * Id under which a step waits for a message. It follows from the conversation, so that the receiver of the message
 * finds the step without knowing the execution. Of two executions of one workflow in one conversation, only one can
 * wait at a step.
 * @param round number of earlier waits that ended without the message: a retry of the execution waits again
 */
export function awaitedId(
  workflow: string,
  step: string,
  correlationId: string,
  key: string | undefined,
  round = 0,
): string {
  const parts = [workflow, step, correlationId, key ?? ''];
  return derivedId('awaited', ...parts, ...(round === 0 ? [] : [String(round)]));
}
