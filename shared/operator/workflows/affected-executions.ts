import type { StateVisits, WorkflowEngine } from '../../domain/execution/executions.js';
import type { AslBranch, AslDefinition, AslState } from '../../workflow/compile/asl.js';
import { machinesIn } from '../../workflow/compile/calls-in.js';
import { breaksIn, type Break, type ComparedDefinitions } from './compare-definitions.js';

/** Running executions that have a step before them, or are at it, that would no longer fit. */
export interface AffectedStep {
  readonly step: string;
  /** Description of the missing thing, in words. */
  readonly what: string;
  readonly count: number;
  /** Names of the latest of them, at most 20. */
  readonly executions: readonly string[];
}

/** Running executions of one workflow that would run into something missing. */
export interface Affected {
  readonly running: number;
  /** The latest ones; those beyond were not looked at. */
  readonly lookedAt: number;
  readonly steps: readonly AffectedStep[];
}

/** Executions that are named. */
const MOST_NAMED = 20;
/** Running executions of a workflow that are looked at: two calls of Step Functions each. */
export const MOST_LOOKED_AT = 1_000;
const SIDE_BY_SIDE = 8;

/**
 * Finds the running executions of a workflow that would run into something. Each is looked at on the definition that it was started
 * with, which may be older than the deployed one.
 *
 * @param looked called with the number of those that were looked at
 * @throws LanewayError UNAVAILABLE
 */
export async function affectedExecutions(
  comparison: Omit<ComparedDefinitions, 'running' | 'deployed'>,
  executions: Pick<WorkflowEngine, 'list' | 'definition' | 'visits'>,
  looked: (count: number) => void = () => undefined,
): Promise<Affected> {
  const { workflow } = comparison;
  const names: string[] = [];
  let running = 0;
  for await (const { name } of executions.list(workflow, 'running')) if (running++ < MOST_LOOKED_AT) names.push(name);
  const found = new Map<string, { readonly step: string; readonly what: string; readonly executions: string[] }>();
  for (let from = 0; from < names.length; from += SIDE_BY_SIDE) {
    looked(from);
    const some = names.slice(from, from + SIDE_BY_SIDE);
    const ahead = await Promise.all(some.map((name) => breaksAhead(name, comparison, executions)));
    for (const [index, name] of some.entries()) {
      for (const { state: step, what } of ahead[index] ?? []) {
        const known = found.get(what) ?? { step, what, executions: [] };
        found.set(what, known);
        known.executions.push(name);
      }
    }
  }
  const steps = [...found.values()].map(({ executions: all, ...about }) => ({
    ...about,
    count: all.length,
    executions: all.slice(0, MOST_NAMED),
  }));
  return { running, lookedAt: names.length, steps };
}

async function breaksAhead(
  name: string,
  comparison: Omit<ComparedDefinitions, 'running' | 'deployed'>,
  executions: Pick<WorkflowEngine, 'definition' | 'visits'>,
): Promise<readonly Break[]> {
  const own = (await executions.definition(comparison.workflow, name)) as AslDefinition;
  const breaks = breaksIn(own, comparison);
  if (breaks.length === 0) return [];
  const visits = await executions.visits(comparison.workflow, name);
  const ahead = statesAhead(own, visits);
  // What undoes a step is sent when a later one fails.
  return breaks.filter(({ state, undo }) => ahead.has(state) || (undo && Object.hasOwn(visits, state)));
}

/** States that an execution is at, or can still come to. */
export function statesAhead(
  machine: AslDefinition,
  visits: Readonly<Record<string, Pick<StateVisits, 'entered' | 'exited'>>>,
): ReadonlySet<string> {
  const leads = new Map<string, readonly string[]>();
  const ofElements = new Set<string>();
  collect(machine, leads, ofElements);
  // Nothing is done twice: what lies behind in one branch is not ahead because another one still runs. Elements of a map come one by one.
  const isBehind = (state: string): boolean => {
    const { entered = 0, exited = 0 } = visits[state] ?? {};
    return !ofElements.has(state) && entered > 0 && exited >= entered;
  };
  const standing = [...leads.keys()].filter((state) => {
    const { entered = 0, exited = 0 } = visits[state] ?? {};
    return entered > exited;
  });
  // Between two states, or before the first: from each that it has left it may go on.
  const left = [...leads.keys()]
    .filter((state) => Object.hasOwn(visits, state))
    .flatMap((state) => leads.get(state) ?? []);
  const ahead = new Set<string>();
  const next = standing.length > 0 ? standing : left.length > 0 ? left : [machine.StartAt];
  for (let state = next.pop(); state !== undefined; state = next.pop()) {
    if (ahead.has(state)) continue;
    ahead.add(state);
    next.push(...(leads.get(state) ?? []));
  }
  return new Set([...ahead].filter((state) => !isBehind(state)));
}

/**
 * Collects the states that each state leads to, into the machines that it holds as well. The last state of such a machine leads on to
 * the states behind the one that holds it.
 */
function collect(
  machine: AslBranch,
  leads: Map<string, readonly string[]>,
  ofElements: Set<string>,
  { behind = [], isRepeated = false }: { readonly behind?: readonly string[]; readonly isRepeated?: boolean } = {},
): void {
  for (const [name, state] of Object.entries(machine.States)) {
    const on = onwards(state);
    const ends = state.Type !== 'Fail' && on.length === 0;
    leads.set(name, [...(ends ? behind : on), ...machinesIn(state).map(({ StartAt }) => StartAt)]);
    if (isRepeated) ofElements.add(name);
    // A map over a fixed list stands for branches side by side.
    const repeats = isRepeated || (state.Type === 'Map' && !Array.isArray(state.Items));
    for (const inner of machinesIn(state))
      collect(inner, leads, ofElements, { behind: on.length > 0 ? on : behind, isRepeated: repeats });
  }
}

function onwards(state: AslState): string[] {
  if (state.Type === 'Fail') return [];
  if (state.Type === 'Choice') return state.Choices.map(({ Next }) => Next);
  const caught = state.Type === 'Task' ? (state.Catch ?? []).map(({ Next }) => Next) : [];
  return [...(state.Next === undefined ? [] : [state.Next]), ...caught];
}
