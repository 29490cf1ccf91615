import { defined } from '../../domain/base/defined.js';
import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import type { ExecutionDetail, StateVisits } from '../../domain/execution/executions.js';
import type { AslBranch, AslState } from '../../workflow/compile/asl.js';
import { machinesIn } from '../../workflow/compile/calls-in.js';
import type { StepView } from './step-views.js';
import type { ExecutionInput } from './workflow-services.js';

/** Reason why an execution did not end well, and commands to type next. */
export interface Failure {
  /** Its step, or the state that failed it; unknown when it was stopped or ran out of time between steps. */
  readonly step?: string;
  /** The agent that did not do what it was asked. */
  readonly agent?: string;
  /** The message that it was asked with. */
  readonly messageId?: string;
  readonly messageType?: string;
  readonly why: string;
  /** Commands. */
  readonly next: readonly string[];
}

/** Explains from what is known of an execution that has ended. */
export function explainFailure(facts: {
  readonly execution: ExecutionDetail;
  readonly input: ExecutionInput;
  readonly steps: readonly StepView[];
  readonly visits: Readonly<Record<string, StateVisits>>;
  readonly entries: readonly LedgerEntry[];
  readonly machine: AslBranch;
  readonly retried: ExecutionDetail | undefined;
}): Failure {
  const { execution, input, steps, visits, entries, machine, retried } = facts;
  const { name, error, cause, status } = execution;
  const failed = steps.find(({ state }) => state === 'failed');
  const ending = failState(machine, visits);
  const letter = entries.flatMap((entry) =>
    entry.kind === 'dead-letter' && failed?.messageId !== undefined && entry.deadLetter.messageId === failed.messageId
      ? [entry.deadLetter]
      : [],
  )[0];
  const receiver = entries.flatMap((entry) =>
    entry.kind === 'delivery' && entry.delivery.messageId === failed?.messageId ? [entry.delivery.receiver] : [],
  )[0];
  const agent = letter?.receiver ?? receiver;
  const step = failed?.step ?? ending;
  const reason = `${error ?? status}${cause === undefined ? '' : `: ${cause}`}`;
  const why = failed?.error !== undefined && failed.error !== reason ? `${reason} (${failed.error})` : reason;
  return {
    ...defined({ step, agent }),
    ...(failed?.messageId === undefined ? {} : { messageId: failed.messageId }),
    ...(failed?.what === undefined ? {} : { messageType: failed.what }),
    why,
    next: [
      ...(letter ? [`laneway dlq get ${letter.id}`] : []),
      `laneway trace ${input.message.correlationid}`,
      retried ? `laneway workflow get ${retried.name}` : `laneway workflow retry ${name} --why '...'`,
    ],
  };
}

/** The `fail` state that an execution came to. */
function failState(machine: AslBranch, visits: Readonly<Record<string, StateVisits>>): string | undefined {
  return allStates(machine).find(([state, { Type }]) => Type === 'Fail' && (visits[state]?.entered ?? 0) > 0)?.[0];
}

function allStates(machine: AslBranch): [string, AslState][] {
  return Object.entries(machine.States).flatMap(([name, state]): [string, AslState][] => [
    [name, state],
    ...machinesIn(state).flatMap(allStates),
  ]);
}
