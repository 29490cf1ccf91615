import type { Json } from '../../domain/base/json.js';
import type { DispatchAttempts } from '../../domain/execution/dispatch.js';
import type { AslBranch, AslTask } from './asl.js';

/** A state that calls the dispatcher. */
export interface DispatcherCall {
  readonly state: string;
  readonly task: AslTask;
  /** Payload that it passes to the dispatcher. */
  readonly payload: Readonly<Record<string, Json>>;
  /** Number of maps around it: the index of its element has as many parts. */
  readonly depth: number;
}

/** A field of a payload as text; empty when it is absent or has parts. */
export function fieldText(payload: DispatcherCall['payload'], field: string): string {
  const value = payload[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Machines within a state. */
export function machinesIn(state: AslBranch['States'][string]): readonly AslBranch[] {
  if (state.Type === 'Parallel') return state.Branches;
  return state.Type === 'Map' ? [state.ItemProcessor] : [];
}

/** Every call of the dispatcher in a machine, in the order of its states; each step of a workflow that sends or waits is one. */
export function callsIn(machine: AslBranch, depth = 0): DispatcherCall[] {
  return Object.entries(machine.States).flatMap(([state, one]): DispatcherCall[] => {
    if (one.Type !== 'Task') {
      // A map that stands for branches side by side has no position, and its steps no index.
      return machinesIn(one).flatMap((inner) => callsIn(inner, depth + (isOfElements(one) ? 1 : 0)));
    }
    const given = one.Arguments as { readonly Payload?: Readonly<Record<string, Json>> };
    return given.Payload === undefined ? [] : [{ state, task: one, payload: given.Payload, depth }];
  });
}

/** True when the fallback of one of the steps may bring its request to a person. */
export function fallsBackToPeople(machine: AslBranch): boolean {
  return callsIn(machine).some(({ payload }) => {
    const attempts = payload['attempts'] as Partial<DispatchAttempts> | undefined;
    return attempts?.fallback?.some((one) => 'person' in one) ?? false;
  });
}

function isOfElements(state: AslBranch['States'][string]): boolean {
  return state.Type === 'Map' && !Array.isArray(state.Items);
}
