import type { Json } from '../../domain/base/json.js';
import type { MessageType } from '../../message/message-type.js';
import type { TopologyModel } from '../../topology/model.js';
import type { AslBranch, AslDefinition, AslState } from '../../workflow/compile/asl.js';
import { callsIn, machinesIn, fieldText, type DispatcherCall } from '../../workflow/compile/calls-in.js';
import { missingFields } from './missing-fields.js';

/** Effect of a deployment on one workflow. */
export interface WorkflowChange {
  readonly workflow: string;
  readonly change: 'unchanged' | 'changed' | 'added' | 'removed';
  /** Names of states. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** Executions that run now; they end on the definition that they were started with. */
  readonly running: number;
  /** Things that those executions may still need and the new version does not have, a sentence each. */
  readonly breaks: readonly string[];
}

/** Inputs of {@link compareDefinitions}: a definition as it is deployed, and as it would be. */
export interface ComparedDefinitions {
  readonly workflow: string;
  readonly deployed?: AslDefinition;
  readonly local?: AslDefinition;
  readonly running: number;
  /** The topology as it would be. */
  readonly model: TopologyModel;
  /** Names of the workflows as they would be. */
  readonly workflows: readonly string[];
  /** The message types as they would be, by name: what running executions send has to fit them. */
  readonly types?: ReadonlyMap<string, MessageType>;
}

/** Compares by state name; the dispatcher's address and the comment do not count. */
export function compareDefinitions(comparison: ComparedDefinitions): WorkflowChange {
  const { workflow, deployed, local, running } = comparison;
  const [before, after] = [statesOf(deployed), statesOf(local)];
  const names = (from: ReadonlyMap<string, string>, fits: (name: string) => boolean) => [...from.keys()].filter(fits);
  const added = names(after, (name) => !before.has(name));
  const removed = names(before, (name) => !after.has(name));
  const changed = names(after, (name) => before.has(name) && before.get(name) !== after.get(name));
  const moved = deployed?.StartAt !== local?.StartAt || deployed?.TimeoutSeconds !== local?.TimeoutSeconds;
  const same = !moved && added.length + removed.length + changed.length === 0;
  const breaks = deployed ? breaksIn(deployed, comparison).map(({ what }) => what) : [];
  const change = !deployed ? 'added' : !local ? 'removed' : same ? 'unchanged' : 'changed';
  return { workflow, change, added, removed, changed, running, breaks };
}

/** Something that a step of a definition needs, and would no longer find. */
export interface Break {
  readonly state: string;
  readonly what: string;
  /** True when the command that undoes the step needs it; false when the step itself does. */
  readonly undo: boolean;
}

/**
 * Finds everything that the steps of a definition need around it (channels, agents, workflows, types) and would no longer find.
 * Called with the definition that executions run on.
 */
export function breaksIn(
  definition: AslDefinition,
  { model, local, workflows, types }: Pick<ComparedDefinitions, 'model' | 'local' | 'workflows' | 'types'>,
): Break[] {
  const later = new Set(local ? callsIn(local).map(awaits) : []);
  return callsIn(definition).flatMap((call): Break[] => {
    const { state, payload } = call;
    const undo = payload['undo'] as Readonly<Record<string, Json>> | undefined;
    const sends = payload['kind'] === 'request' || payload['kind'] === 'publish';
    const found = (all: readonly string[], undoes = false) => all.map((what) => ({ state, what, undo: undoes }));
    const sendable = (type: Json | undefined) =>
      typeof type === 'string' ? unsendable(state, type, payload, model) : [];
    return [
      ...(sends ? found(sendable(payload['type'])) : []),
      ...(undo === undefined ? [] : found(sendable(undo['type']), true)),
      ...(sends ? found(unfit(state, payload, types)) : []),
      ...(undo === undefined ? [] : found(unfit(state, undo, types), true)),
      ...(payload['kind'] === 'receive' && !later.has(awaits(call))
        ? found([`step '${state}' waits for ${fieldText(payload, 'type')}, and nobody would listen for it`])
        : []),
      ...(payload['kind'] === 'run' && !workflows.includes(fieldText(payload, 'runs'))
        ? found([`step '${state}' runs ${fieldText(payload, 'runs')}, which is gone`])
        : []),
    ];
  });
}

function unsendable(
  state: string,
  type: string,
  payload: Readonly<Record<string, Json>>,
  { channels, agents }: TopologyModel,
): string[] {
  const carriers = Object.values(channels).filter(({ carries }) => carries.includes(type));
  if (carriers.length === 0) return [`step '${state}' sends ${type}, which no channel carries any more`];
  const able = Object.values(agents).filter(({ handles }) => handles.includes(type));
  if (payload['kind'] === 'request' && able.length === 0)
    return [`step '${state}' sends ${type}, which no agent handles any more`];
  const { to } = payload;
  if (typeof to === 'string' && !to.startsWith('{%') && !able.some(({ id }) => id === to))
    return [`step '${state}' sends ${type} to '${to}', who does not handle it any more`];
  return [];
}

/**
 * Tells where a payload that a step of the deployed definition sends does not fit the type as it would be. Fitting: its version is
 * accepted, and it has every field that this version needs, at any depth. Values exist only when an execution runs; they are not looked at.
 */
function unfit(
  state: string,
  { type: name, version, data }: Readonly<Record<string, Json>>,
  types: ComparedDefinitions['types'],
): string[] {
  const type = typeof name === 'string' ? types?.get(name) : undefined;
  if (type === undefined) return [];
  const written = typeof version === 'number' ? version : type.version;
  const accepted = [type.version, ...type.accepts.map((older) => older.version)];
  if (!accepted.includes(written)) {
    return [
      `step '${state}' sends ${type.name} v${written}, and only version ${accepted.join(', ')} would be accepted: list it with older(${written}, ...)`,
    ];
  }
  const schema = type.accepts.find((older) => older.version === written)?.schema ?? type.schema;
  const missing = missingFields(schema, data);
  if (missing.length === 0) return [];
  return [
    `step '${state}' sends ${type.name} v${written} without ${missing.join(', ')}, which version ${written} would need: raise the version and list the old one with older(${written}, ...)`,
  ];
}

/** Key of the message that the platform listens for on behalf of a step: equal keys, same message. */
function awaits({ state, payload }: DispatcherCall): string {
  return JSON.stringify([payload['kind'], state, payload['type'] ?? '', 'key' in payload]);
}

/** Every state as text, by name. The states within a state stand for themselves, and the dispatcher's address is left out. */
function statesOf(machine: AslBranch | undefined): Map<string, string> {
  const all = new Map<string, string>();
  const visit = (branch: AslBranch): void => {
    for (const [name, state] of Object.entries(branch.States)) {
      all.set(name, canonical(bare(state)));
      machinesIn(state).forEach(visit);
    }
  };
  if (machine) visit(machine);
  return all;
}

function bare(state: AslState): Json {
  const copy = JSON.parse(JSON.stringify(state)) as Record<string, Json>;
  if (state.Type === 'Parallel') return { ...copy, Branches: state.Branches.map(({ StartAt }) => StartAt) };
  if (state.Type === 'Map') return { ...copy, ItemProcessor: state.ItemProcessor.StartAt };
  if (state.Type !== 'Task') return copy;
  return { ...copy, Arguments: { ...(copy['Arguments'] as Record<string, Json>), FunctionName: 'dispatcher' } };
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((one: Json) => canonical(one)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value as Readonly<Record<string, Json>>).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`;
}
