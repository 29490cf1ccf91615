import type {
  ApprovalStep,
  Names,
  ValueOrigin,
  PublishStep,
  ReceiveStep,
  RequestStep,
  RunStep,
  Value,
  WaitStep,
} from '../record/outline.js';
import type { Refuse } from '../record/references.js';
import type { Json } from '../../domain/base/json.js';
import { text, toJson, wrap, type Base } from './expression.js';
import type { RetainedFields } from './retained-fields.js';
import { toTemplate } from './template.js';

/** A step that calls the dispatcher. */
export type CallStep = RequestStep | PublishStep | WaitStep | RunStep | ApprovalStep | ReceiveStep;

/** Facts of a workflow that the payloads of its steps are written from. */
export interface PayloadContext {
  readonly workflow: { readonly name: string };
  readonly names: Names;
  /** Base of a state that reads what earlier states kept. */
  readonly kept: Base;
  readonly retained: RetainedFields;
  readonly refuse: Refuse;
}

/** The start message without its data. */
const START_MESSAGE =
  "{% $sift($states.context.Execution.Input.message, function($value, $name) { $name != 'data' }) %}";

/**
 * Payload that the state of a step passes to the dispatcher (`shared/domain/execution/dispatch.ts`).
 * @param position position variable of the innermost map around the step
 */
export function dispatchPayload(step: CallStep, position: ValueOrigin | undefined, context: PayloadContext): Json {
  const { workflow, names, kept, retained, refuse } = context;
  const values = Object.entries(valuesOf(step)).flatMap(([name, value]) =>
    value ? [[name, toJson(value, kept, refuse)] as const] : [],
  );
  return {
    kind: step.kind,
    ...(step.kind === 'publish' ? {} : { token: '{% $states.context.Task.Token %}' }),
    ...('timeoutSeconds' in step ? { timeoutSeconds: step.timeoutSeconds } : {}),
    ...(step.kind === 'request' ? { ...attemptsOf(step, context), ...undoOf(step, context) } : {}),
    ...(step.kind === 'run' ? { runs: step.workflow } : {}),
    ...(step.kind === 'approval' ? { approvers: text(step.approvers) } : {}),
    ...(step.kind === 'approval' && step.escalateTo !== undefined ? { escalateTo: text(step.escalateTo) } : {}),
    ...(step.kind === 'wait' && 'seconds' in step.wait ? { seconds: step.wait.seconds } : {}),
    workflow: workflow.name,
    execution: '{% $states.context.Execution.Name %}',
    step: names.stateOf(step),
    ...(position ? { index: wrap(kept(position)) } : {}),
    generation: '{% $states.context.Execution.Input.generation %}',
    ...settlesOf(step),
    ...(step.kind === 'request' || step.kind === 'receive' ? { keep: retained.of(step) } : {}),
    message: START_MESSAGE,
    ...('type' in step ? { type: step.type } : {}),
    ...('version' in step ? { version: step.version } : {}),
    ...Object.fromEntries(values),
  };
}

function settlesOf(step: CallStep): { readonly settles?: Json } {
  const settles = [
    ...('onTimeout' in step && step.onTimeout ? ['RequestTimedOut'] : []),
    ...('onFailure' in step && step.onFailure ? ['RequestFailed'] : []),
  ];
  return settles.length > 0 ? { settles } : {};
}

function attemptsOf({ attempts }: RequestStep, { kept, refuse }: PayloadContext): { readonly attempts?: Json } {
  return attempts ? { attempts: toJson({ kind: 'literal', literal: { ...attempts } }, kept, refuse) } : {};
}

function undoOf({ compensation, origin }: RequestStep, { kept, refuse }: PayloadContext): { readonly undo?: Json } {
  if (!compensation) return {};
  const { type, version, timeoutSeconds } = compensation;
  return { undo: { type, version, timeoutSeconds, data: toTemplate(compensation.data, origin, kept, refuse) } };
}

/** Values of a step's payload that may hold references. */
function valuesOf(step: CallStep): Readonly<Record<string, Value | undefined>> {
  switch (step.kind) {
    case 'wait':
      return { until: 'until' in step.wait ? step.wait.until : undefined };
    case 'run':
      return { data: step.data };
    case 'receive':
      return { key: step.key };
    case 'approval':
      return { title: step.title, details: step.details };
    default:
      return { data: step.data, priority: step.priority, to: step.to };
  }
}
