import type { AslBranch, AslState } from '../compile/asl.js';
import { machinesIn } from '../compile/calls-in.js';
import type { WorkflowDefinition } from './workflow-definition.js';
import {
  describeReference,
  namedStepsOf,
  type Block,
  type Names,
  type RequestStep,
  type Step,
} from '../record/outline.js';

/** A path through a workflow, and its cost. */
export interface WorkflowPath {
  /** States in the order of the definition; branches follow one after the other, and a map goes through one element. */
  readonly states: readonly string[];
  /** State transitions as Step Functions bills them: one for each state entered, without retries. */
  readonly transitions: number;
}

/** Pictures and figures of a workflow. */
export interface WorkflowDescription {
  /** A Mermaid flowchart. */
  readonly mermaid: string;
  /** The steps as an indented list. */
  readonly text: string;
  /** Paths through it in which every request is answered; at most 200. */
  readonly paths: readonly WorkflowPath[];
}

/** Describes a workflow for people: a diagram, a text, and the paths through it with their cost. */
export function describeWorkflow(definition: WorkflowDefinition): WorkflowDescription {
  const { name, startedBy, outline, asl } = definition;
  const { root, names } = namedStepsOf(outline);
  const text = [`${name}: started by ${startedBy.name}`, ...lines(root, 1, names)].join('\n');
  return { mermaid: mermaid(definition), text, paths: pathsOf(asl) };
}

const MOST_PATHS = 200;

function lines(block: Block, depth: number, names: Names): string[] {
  const indent = '  '.repeat(depth);
  return block.steps.flatMap((step) => {
    const head = `${indent}${sentence(step, names.stateOf(step))}`;
    if (step.kind === 'match')
      return [
        head,
        ...step.arms.flatMap(({ literal, block: arm }) => [
          `${indent}  ${String(literal)}:`,
          ...lines(arm, depth + 2, names),
        ]),
      ];
    if (step.kind === 'parallel')
      return [
        head,
        ...step.branches.flatMap(({ name, block: branch }) => [
          `${indent}  ${name}:`,
          ...lines(branch, depth + 2, names),
        ]),
      ];
    if (step.kind === 'map') return [head, ...lines(step.block, depth + 1, names)];
    return [head];
  });
}

/** @param state name of the step's state */
function sentence(step: Step, state: string): string {
  switch (step.kind) {
    case 'request': {
      const otherwise = [...(step.onTimeout ? ['timeout'] : []), ...(step.onFailure ? ['failure'] : [])];
      return `${state}: ${step.type} -> ${step.reply} within ${step.timeoutSeconds} s${tried(step)}${otherwise.length > 0 ? ` (${otherwise.join(' and ')} answered)` : ''}${step.compensation ? `, undone by ${step.compensation.type}` : ''}`;
    }
    case 'publish':
      return `${state}: publish ${step.type}`;
    case 'wait':
      return `${state}: wait ${'seconds' in step.wait ? `${step.wait.seconds} s` : 'until a time'}`;
    case 'receive':
      return `${state}: receive ${step.type} within ${step.timeoutSeconds} s`;
    case 'approval':
      return `${state}: ${step.approvers} decide within ${step.timeoutSeconds} s${step.escalateTo === undefined ? '' : `, then ${step.escalateTo}`}`;
    case 'run':
      return `${state}: run ${step.workflow} within ${step.timeoutSeconds} s`;
    case 'match':
      return `by ${describeReference(step.on)}`;
    case 'parallel':
      return 'in parallel';
    case 'map':
      return `${state}: for each of ${describeReference(step.items)}, ${step.concurrency} at once`;
    case 'complete':
      return `complete: ${step.result}`;
    case 'fail':
      return `fail: ${step.reason}`;
  }
}

/** The attempts of a step in words, `, 3 tries of 30 seconds, then deputy`; empty where the channel's ladder applies. */
function tried({ attempts }: RequestStep): string {
  if (!attempts) return '';
  const { tries, timeout, fallback } = attempts;
  const asked = fallback.map((one) => {
    if ('person' in one) return `a person for ${one.person}`;
    if ('channel' in one) return `channel ${one.channel}`;
    const { agent, times = 1 } = one;
    const who = typeof agent === 'string' ? agent : Object.entries(agent).flat().join(' ');
    return times === 1 ? who : `${times} of ${who}`;
  });
  return [`, ${tries === 1 ? '1 try' : `${tries} tries`} of ${timeout}`, ...asked].join(', then ');
}

/** An edge into the next node: the node that it comes from, and its label. */
interface Loose {
  readonly from: string;
  readonly label?: string;
}

function mermaid(definition: WorkflowDefinition): string {
  const { root, names } = namedStepsOf(definition.outline);
  const out = ['flowchart TD', `  start([${label(definition.startedBy.name)}])`];
  let count = 0;
  const node = (open: string, content: string, close: string, into: readonly Loose[]): Loose[] => {
    const id = `n${++count}`;
    out.push(`  ${id}${open}${label(content)}${close}`);
    for (const edge of into)
      out.push(`  ${edge.from} -->${edge.label === undefined ? '' : `|${label(edge.label)}|`} ${id}`);
    return [{ from: id }];
  };
  const draw = (block: Block, into: readonly Loose[]): Loose[] =>
    block.steps.reduce<Loose[]>((edges, step) => drawStep(step, edges), [...into]);
  const drawStep = (step: Step, into: readonly Loose[]): Loose[] => {
    const state = names.stateOf(step);
    switch (step.kind) {
      case 'request':
        return node('[', `${state}: ${step.type} → ${step.reply}${tried(step)}`, ']', into);
      case 'publish':
        return node('>', `${state}: ${step.type}`, ']', into);
      case 'wait':
      case 'receive':
        return node('([', sentence(step, state), '])', into);
      case 'approval':
        return node('[/', sentence(step, state), '/]', into);
      case 'run':
        return node('[[', `${state}: ${step.workflow}`, ']]', into);
      case 'match': {
        const [choice] = node('{', describeReference(step.on), '}', into);
        return step.arms.flatMap((arm) => draw(arm.block, [{ from: choice?.from ?? '', label: String(arm.literal) }]));
      }
      case 'parallel': {
        const [fork] = node('[[', 'in parallel', ']]', into);
        const ends = step.branches.flatMap((branch) =>
          draw(branch.block, [{ from: fork?.from ?? '', label: branch.name }]),
        );
        return node('[[', 'all ended', ']]', ends);
      }
      case 'map': {
        const [each] = node('[[', `${state}: each of ${describeReference(step.items)}`, ']]', into);
        return node('[[', 'all ended', ']]', draw(step.block, [{ from: each?.from ?? '' }]));
      }
      case 'complete':
        node('([', step.result, '])', into);
        return [];
      case 'fail':
        node('([', `failed: ${step.reason}`, '])', into);
        return [];
    }
  };
  const open = draw(root, [{ from: 'start' }]);
  if (open.length > 0) node('([', 'completed', '])', open);
  return out.join('\n');
}

/** Text in a Mermaid label, its quotes and brackets as entities. */
function label(text: string): string {
  return `"${text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;').replaceAll('|', '#124;')}"`;
}

/** The paths through a machine; of more than 200 the first. */
export function pathsOf(machine: AslBranch): WorkflowPath[] {
  return pathsFrom(machine, machine.StartAt);
}

function pathsFrom(machine: AslBranch, name: string): WorkflowPath[] {
  const state = machine.States[name];
  if (!state) return [];
  const own = inside(state, name);
  const onward = nextOf(state);
  if (onward.length === 0) return own;
  const rest = [...new Set(onward)].flatMap((next) => pathsFrom(machine, next)).slice(0, MOST_PATHS);
  return own.flatMap((first) => rest.map((second) => joined(first, second))).slice(0, MOST_PATHS);
}

/** The paths through one state: more than one where branches have several. */
function inside(state: AslState, name: string): WorkflowPath[] {
  const self: WorkflowPath = { states: [name], transitions: 1 };
  return machinesIn(state).reduce<WorkflowPath[]>(
    (paths, branch) =>
      paths.flatMap((path) => pathsFrom(branch, branch.StartAt).map((way) => joined(path, way))).slice(0, MOST_PATHS),
    [self],
  );
}

function nextOf(state: AslState): readonly string[] {
  if (state.Type === 'Choice') return state.Choices.map((rule) => rule.Next);
  return 'Next' in state && state.Next !== undefined ? [state.Next] : [];
}

function joined(first: WorkflowPath, second: WorkflowPath): WorkflowPath {
  return { states: [...first.states, ...second.states], transitions: first.transitions + second.transitions };
}
