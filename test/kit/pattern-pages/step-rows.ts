import type { Json } from '../../../shared/domain/base/json.js';
import type { WorkflowDefinition } from 'laneway/workflow';
import type { AslBranch, AslState } from '../../../shared/workflow/compile/asl.js';
import { machinesIn } from '../../../shared/workflow/compile/calls-in.js';
import { allSteps, namedStepsOf, type Step } from '../../../shared/workflow/record/outline.js';

/** A line of a definition and the states that it becomes. */
export interface StepRow {
  readonly written: string;
  readonly states: readonly NamedState[];
  /** States that put its output out, where it has no state of its own. */
  readonly within: readonly string[];
}

interface NamedState {
  readonly name: string;
  readonly state: AslState;
  /** True when it is entered once for each element. */
  readonly perElement: boolean;
}

/**
 * The calls of `flow` in a definition's source, in order, each with its states.
 * @throws Error where source and definition differ, or a state belongs to no call: a page would lie
 */
export function stepRows(definition: WorkflowDefinition, source: string): StepRow[] {
  const calls = callsOf(source);
  const { root, names } = namedStepsOf(definition.outline);
  const steps = [...allSteps(root)].map(({ step }) => step);
  const isOf = (name: string, step: Step) => belongs(name, step, names.stateOf(step));
  const states = statesIn(definition.asl);
  const verbs = steps.map(({ kind }) => kind).join(' ');
  if (calls.map(({ verb }) => verb).join(' ') !== verbs)
    throw new Error(`${definition.name}: written is ${calls.map(({ verb }) => verb).join(' ')}, recorded ${verbs}`);
  const rows = steps.map((step, index): StepRow => {
    const own = states.filter(({ name }) => isOf(name, step));
    const within = step.kind === 'complete' && own.length === 0 ? endingWith(step.result, states) : [];
    return { written: calls[index]?.text ?? '', states: own, within };
  });
  const ends = states.filter(({ name }) => !steps.some((step) => isOf(name, step)));
  const strange = ends.filter(({ name }) => name !== 'complete');
  if (strange.length > 0) throw new Error(`${definition.name}: what makes ${strange.map(({ name }) => name).join()}?`);
  return ends.length > 0 ? [...rows, { written: '', states: ends, within: [] }] : rows;
}

/** `flow.request('assess', AssessDamage, …)`: each call up to its first brace, bracket or function. */
function callsOf(source: string): { readonly verb: string; readonly text: string }[] {
  return [...source.matchAll(/\bflow\.(\w+)\(([^{}()]*)(\)?)/g)]
    .filter(([, verb]) => verb !== 'orElse')
    .map(([, verb = '', given = '', closed]) => {
      const names = given.replaceAll(/\s+/g, ' ').trim().replace(/,$/, '');
      const rest = closed === ')' ? '' : names === '' ? '...' : ', ...';
      return { verb, text: `flow.${verb}(${names}${rest})` };
    });
}

/** True when a state is made of a step; the names are those that the compiler gives. */
function belongs(name: string, step: Step, own: string): boolean {
  if (name === own) return true;
  if (step.kind === 'map') return ['each', 'end', 'join'].some((word) => name === `${word} ${step.name}`);
  if (step.kind === 'match') return /^keep result( \d+)?$/.test(name);
  if (step.kind !== 'parallel') return false;
  return name === own.replace('parallel', 'join') || step.branches.some((branch) => name === `end ${branch.name}`);
}

function statesIn(machine: AslBranch, perElement = false): NamedState[] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    { name, state, perElement },
    ...machinesIn(state).flatMap((inner) => statesIn(inner, perElement || state.Type === 'Map')),
  ]);
}

function endingWith(result: string, states: readonly NamedState[]): string[] {
  return states.flatMap(({ name, state }) => {
    const output = 'Output' in state ? (state.Output as { readonly result?: Json } | undefined) : undefined;
    return output?.result === result ? [name] : [];
  });
}
