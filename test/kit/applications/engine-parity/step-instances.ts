import { sourceOf } from '../../../../shared/domain/wire/envelope.js';
import { parity } from './topology.js';
import { awaitedId } from '../../../../shared/domain/request/awaited.js';
import { executionName, type StartIdentity } from '../../../../shared/domain/wire/execution-name.js';
import { derivedId } from '../../../../shared/domain/base/ids.js';
import { undoRequestId } from '../../../../shared/domain/execution/saga.js';
import { idsOf } from '../../../../shared/domain/execution/step-ids.js';
import { namedStepsOf, type Block, type Step } from '../../../../shared/workflow/record/outline.js';
import type { WorkflowDefinition } from 'laneway/workflow';

/** Most elements of a list that are looked for. */
const ELEMENTS = 8;

/** One number a level; what kind of level it is says whether neighbours there follow each other. */
interface Level {
  readonly kind: 'step' | 'arm' | 'branch' | 'element';
  readonly at: number;
}

/** Place of a step in its definition, and the elements around it. */
export type InstancePlace = readonly Level[];

/** A step of an execution that was begun. */
export interface StepInstance {
  /** `desk > price #0.1`: the runs around it, the step, the elements. */
  readonly label: string;
  /** Of its execution: places are compared within one. */
  readonly execution: string;
  readonly place: InstancePlace;
  /** Place in the whole, the steps around its execution included. */
  readonly sort: readonly number[];
  readonly messageId: string;
  readonly requestId: string;
  readonly undo: { readonly messageId: string; readonly requestId: string };
}

/** An execution of a conversation. */
export interface ExecutionInstance {
  readonly label: string;
  readonly name: string;
  readonly sort: readonly number[];
}

/** Sorts what an execution says of itself before, between and after its steps. */
export const PHASES = { started: 1, steps: 2, ended: 3, undone: 4, told: 5 } as const;

/** The start message of a case, which the client of the parity application publishes. */
export function startOf(id: string): StartIdentity {
  return { id, source: sourceOf(parity.name, 'client', 'street') };
}

/**
 * The executions and begun steps of a conversation. The ids of steps follow from the names of executions: so of all that
 * there could be, those are found that something in the ledger is about.
 *
 * @param known ids of the messages and requests that the ledger has
 * @param keys that steps may wait with for messages
 */
export function instancesOf(
  root: { readonly workflow: WorkflowDefinition; readonly startId: string; readonly correlationId: string },
  definitions: readonly WorkflowDefinition[],
  known: ReadonlySet<string>,
  keys: ReadonlySet<string>,
): { readonly executions: readonly ExecutionInstance[]; readonly steps: readonly StepInstance[] } {
  const executions: ExecutionInstance[] = [];
  const steps: StepInstance[] = [];
  const enter = (workflow: WorkflowDefinition, start: StartIdentity, label: string, sort: readonly number[]): void => {
    const execution = executionName(workflow.name, start);
    executions.push({ label, name: execution, sort });
    const { root: block, names } = namedStepsOf(workflow.outline);
    for (const { step, place } of placesIn(block, [])) {
      const state = names.stateOf(step);
      const indexes = place.filter(({ kind }) => kind === 'element').map(({ at }) => at);
      const named = { workflow: workflow.name, execution, step: state };
      const at = [...sort, PHASES.steps, ...place.map((level) => level.at)];
      const ids = idsOf({ ...named, ...(indexes.length === 0 ? {} : { index: indexes.join('.') }) });
      const suffix = indexes.length === 0 ? '' : ` #${indexes.join('.')}`;
      const own = { label: `${label}${state}${suffix}`, execution, place, sort: at };
      if (step.kind === 'receive') {
        if (indexes.some((index) => index > 0)) continue;
        for (const key of step.key ? keys : [undefined]) {
          const id = awaitedId(workflow.name, state, root.correlationId, key);
          const keyed = `${label}${state}${key === undefined ? '' : ` of ${key}`}`;
          if (known.has(id)) steps.push(instance({ ...own, label: keyed }, ids.messageId, id));
        }
        continue;
      }
      if (!known.has(ids.messageId) && !known.has(ids.requestId)) continue;
      steps.push(instance(own, ids.messageId, ids.requestId));
      const runs = step.kind === 'run' ? definitions.find(({ name }) => name === step.workflow) : undefined;
      const source = sourceOf(parity.name, 'platform', 'dispatcher');
      if (runs) enter(runs, { id: ids.messageId, source }, `${own.label} > `, [...at, 50]);
    }
  };
  enter(root.workflow, startOf(root.startId), '', []);
  return { executions, steps };
}

/** True when the definition has `a` end before `b` begins. */
export function comesBefore(a: StepInstance, b: StepInstance): boolean {
  if (a.execution !== b.execution) return false;
  const differs = a.place.findIndex(({ at }, level) => at !== b.place[level]?.at);
  const [one, other] = [a.place[differs], b.place[differs]];
  return one?.kind === 'step' && other !== undefined && one.at < other.at;
}

function instance(
  own: Pick<StepInstance, 'label' | 'execution' | 'place' | 'sort'>,
  messageId: string,
  requestId: string,
): StepInstance {
  const undo = { messageId: derivedId('undo-command', requestId), requestId: undoRequestId({ requestId }) };
  return { ...own, messageId, requestId, undo };
}

type Call = Extract<Step, { kind: 'request' | 'publish' | 'wait' | 'run' | 'approval' | 'receive' }>;

function* placesIn(
  block: Block,
  around: InstancePlace,
): Generator<{ readonly step: Call; readonly place: InstancePlace }> {
  for (const [at, step] of block.steps.entries()) {
    const place: InstancePlace = [...around, { kind: 'step', at }];
    if (step.kind === 'match')
      for (const [arm, { block: inner }] of step.arms.entries())
        yield* placesIn(inner, [...place, { kind: 'arm', at: arm }]);
    else if (step.kind === 'parallel')
      for (const [branch, { block: inner }] of step.branches.entries())
        yield* placesIn(inner, [...place, { kind: 'branch', at: branch }]);
    else if (step.kind === 'map')
      for (let element = 0; element < ELEMENTS; element++)
        yield* placesIn(step.block, [...place, { kind: 'element', at: element }]);
    else if (step.kind !== 'complete' && step.kind !== 'fail') yield { step, place };
  }
}
