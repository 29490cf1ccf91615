import { defined } from '../../domain/base/defined.js';
import type { ExecutionStatus } from '../../domain/execution/executions.js';
import type { AslDefinition } from '../../workflow/compile/asl.js';
import { callsIn } from '../../workflow/compile/calls-in.js';
import { dispatchedType } from './record-execution.js';
import type { RecordedExecution, RecordedStep } from './recorded-execution.js';
import type { Walk, WalkedStep } from './walk-execution.js';

/** Kinds of findings about a recorded execution. */
export const FINDING_KINDS = [
  /** There is no workflow of that name. */
  'workflow-gone',
  /** No version of the start message's type accepts its payload. */
  'start-refused',
  /** A payload that a step sends does not fit its type. */
  'payload-refused',
  /** A step cannot be made for another reason: nobody handles its command, no channel carries it. */
  'step-refused',
  /** The command that undoes an answered step could not be sent, should the execution fail. */
  'undo-refused',
  /** The recorded reply is refused by the reply's type, also after upgrades with `older`, or is of another type. */
  'reply-refused',
  /** An expression of the workflow has no result, or cannot be evaluated. */
  'expression-failed',
  /** A state fails otherwise: more data than Step Functions takes, no way to go on. */
  'state-failed',
  /** A step that was made is not reached. */
  'not-reached',
  /** A step without a recorded reply is reached: the execution would wait here. */
  'would-wait',
  /** A step that waits for nobody is reached, and was not recorded. */
  'new-step',
  /** It ends otherwise than recorded. */
  'other-end',
] as const;

/** One of {@link FINDING_KINDS}. */
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something that a recorded execution meets in the new code. */
export interface ExecutionFinding {
  /** One of {@link FINDING_KINDS}. */
  readonly kind: FindingKind;
  /** `breaks`: it would fail. `differs`: it takes another way. `note`: nothing that ever was done is done otherwise. */
  readonly level: 'breaks' | 'differs' | 'note';
  /** Name of the step; absent when the finding is about the execution as a whole. */
  readonly step?: string;
  /** Element of `flow.map`. */
  readonly index?: string;
  /** The finding in a sentence. */
  readonly what: string;
  /** The remedy in a sentence. */
  readonly todo: string;
}

type Where = Pick<ExecutionFinding, 'step' | 'index'>;

/** Differences between a walk through the new definition and the recorded execution. */
export function findingsOf(recorded: RecordedExecution, walk: Walk, definition: AslDefinition): ExecutionFinding[] {
  const before = new Map(recorded.steps.map((step) => [placeOf(step), step]));
  const onTheWay = walk.steps.flatMap((walked) => stepFindings(walked, before.get(placeOf(walked.dispatch)), recorded));
  const failure = failureOf(recorded, walk);
  const broken = [...onTheWay, ...failure].some(({ level }) => level === 'breaks');
  // Of branches that fail side by side, which one ends the execution is a race.
  const both = recorded.status === 'failed' && walk.end.kind === 'failed';
  return [
    ...onTheWay,
    ...failure,
    ...notReached(recorded, walk, definition, broken || both),
    ...(broken ? [] : otherEnd(recorded, walk)),
  ];
}

function placeOf({ step, index = '' }: Pick<RecordedStep, 'step' | 'index'>): string {
  return JSON.stringify([step, index]);
}

function stepFindings(
  { dispatch, record, unlike, refused, undoRefused, answer }: WalkedStep,
  before: RecordedStep | undefined,
  { status }: RecordedExecution,
): ExecutionFinding[] {
  const { step, index, kind, workflow } = dispatch;
  const where: Where = { step, ...defined({ index }) };
  const type = dispatchedType(dispatch) ?? kind;
  const findings: ExecutionFinding[] = [];
  if (refused && refused.code !== 'REQUEST_TIMED_OUT' && !wasRefused(record, refused.code)) {
    const [what = ''] = refused.message.split('\n');
    const schema = refused.code === 'SCHEMA';
    findings.push({
      ...{ kind: schema ? 'payload-refused' : 'step-refused', level: 'breaks', ...where },
      what: `${refused.code}: ${what}`,
      todo: schema
        ? `correct what step '${step}' of '${workflow}' passes to ${type}, or let ${type} do without it`
        : `correct step '${step}' of '${workflow}', or the topology around ${type}`,
    });
  }
  if (undoRefused) {
    const [what = ''] = undoRefused.message.split('\n');
    const todo = `correct what compensate of step '${step}' passes, or let the command do without it`;
    findings.push({ kind: 'undo-refused', level: 'breaks', ...where, what: `${undoRefused.code}: ${what}`, todo });
  }
  if (unlike !== undefined) {
    const todo = `give the step that asks for something else another name than '${step}'`;
    findings.push({ kind: 'reply-refused', level: 'breaks', ...where, what: unlike, todo });
  } else if (answer?.ok === false && record?.outcome?.state === 'replied') {
    const reply = record.outcome.type;
    const todo = `raise the version of ${reply}, and list the one that was recorded (${record.outcome.dataschema}) with older(...)`;
    findings.push({ kind: 'reply-refused', level: 'breaks', ...where, what: answer.cause, todo });
  } else if (before?.outcome && !answer && kind !== 'publish') {
    const what = `it would wait here for ${type}, and the reply that is recorded is to another question of this step`;
    const todo = 'look at what it asks by: the key of a message that is waited for is part of the question';
    findings.push({ kind: 'would-wait', level: 'differs', ...where, what, todo });
  } else if (!before && !refused) {
    findings.push(
      kind === 'publish' || kind === 'wait'
        ? { kind: 'new-step', level: 'note', ...where, ...isNew(kind, type) }
        : { kind: 'would-wait', level: status === 'succeeded' ? 'differs' : 'note', ...where, ...waits(type, status) },
    );
  }
  return findings;
}

/** It failed for the same reason before any message was sent. */
function wasRefused(record: WalkedStep['record'], code: string): boolean {
  const { outcome } = record ?? {};
  return outcome?.state === 'failed' && outcome.by.startsWith('dispatcher:') && outcome.error.code === code;
}

function isNew(kind: 'publish' | 'wait', type: string): Pick<ExecutionFinding, 'what' | 'todo'> {
  const what =
    kind === 'publish' ? `it would publish ${type}, which it did not` : 'it would wait for a time, which it did not';
  return { what, todo: 'nothing, if the step was added on purpose' };
}

function waits(type: string, status: ExecutionStatus): Pick<ExecutionFinding, 'what' | 'todo'> {
  return {
    what: `it would wait here for ${type}, of which no reply is recorded`,
    todo:
      status === 'succeeded'
        ? 'nothing, if the step was added on purpose; one that was renamed keeps its replies under its old name'
        : 'nothing: a running execution ends on its own definition, and a retry asks here',
  };
}

function failureOf({ status, error }: RecordedExecution, { end, steps }: Walk): ExecutionFinding[] {
  if (end.kind !== 'failed' || !/^States\./.test(end.error) || steps.some(({ refused }) => refused)) return [];
  if (status !== 'running' && error === end.error) return [];
  const where: Where = end.state === undefined ? {} : { step: end.state };
  if (end.error === 'States.QueryEvaluationError') {
    const todo = 'read what may be absent with flow.orElse, or ask flow.present first';
    return [{ kind: 'expression-failed', level: 'breaks', ...where, what: end.cause, todo }];
  }
  const todo = 'correct the workflow around this state';
  return [{ kind: 'state-failed', level: 'breaks', ...where, what: `${end.error}: ${end.cause}`, todo }];
}

/**
 * Steps behind one that waits may still be reached, and what follows from a failure needs no word of its own: a step that is still
 * there is named only when the walk has come to an end without it.
 */
function notReached(
  { steps }: RecordedExecution,
  { steps: walked, end }: Walk,
  definition: AslDefinition,
  failed: boolean,
): ExecutionFinding[] {
  const reached = new Set(walked.map(({ dispatch }) => placeOf(dispatch)));
  const known = new Set(callsIn(definition).map(({ state }) => state));
  return steps.flatMap((one): ExecutionFinding[] => {
    const { step, index, kind, type = kind } = one;
    const gone = !known.has(step);
    if (reached.has(placeOf(one)) || (!gone && (failed || end.kind === 'waiting'))) return [];
    return [
      {
        ...{ kind: 'not-reached', level: 'differs', step, ...defined({ index }) },
        what: gone
          ? `it did this (${kind} ${type}), and the workflow has no step of that name`
          : `it did this (${kind} ${type}), and goes another way`,
        todo: gone
          ? 'keep the name of a step that was renamed: a retry finds what was answered by it'
          : 'nothing, if that is intended; a retry would not come here',
      },
    ];
  });
}

/** Errors of the dispatcher, of its function and of Step Functions: no workflow ends itself by one. */
const ofPlatform = /^(States|Lambda|Runtime|Sandbox|Function)\.|^(LanewayError|Error|TypeError)$/;

function otherEnd(recorded: RecordedExecution, { end }: Walk): ExecutionFinding[] {
  const { status, error } = recorded;
  if (end.kind === 'waiting' || (status !== 'succeeded' && status !== 'failed')) return [];
  const before = status === 'succeeded' ? `completed as ${resultOf(recorded.output)}` : `failed with ${error ?? '?'}`;
  const after = end.kind === 'completed' ? `completed as ${resultOf(end.output)}` : `failed with ${end.error}`;
  if (before === after) return [];
  const what = `it ${before}, and now it would have ${after}`;
  const where: Where = end.kind === 'failed' && end.state !== undefined ? { step: end.state } : {};
  const level = status === 'failed' && (end.kind === 'failed' || ofPlatform.test(error ?? '')) ? 'note' : 'differs';
  return [{ kind: 'other-end', level, ...where, what, todo: 'nothing, if that is intended' }];
}

function resultOf(output: unknown): string {
  const { result } = (output ?? {}) as { readonly result?: unknown };
  return typeof result === 'string' ? `'${result}'` : JSON.stringify(output ?? null);
}
