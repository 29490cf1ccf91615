import { visibleText } from '../../../shared/domain/base/visible-text.js';
import type { Drain } from '../../../shared/domain/registry/drain.js';
import type { AgentHealth } from '../../../shared/domain/registry/health.js';
import { isAvailable } from '../../../shared/domain/registry/lifecycle.js';
import type { AgentModel } from '../../../shared/topology/model.js';
import type { AgentInstance } from '../../../shared/topology/registry/find-agents.js';
import type { Paint } from '../paint.js';
import { table } from '../table.js';

/** An agent as `laneway agents get` tells of it. */
export interface ShownAgent extends Pick<
  AgentModel,
  'runs' | 'role' | 'capabilities' | 'handles' | 'maxConcurrentTasks'
> {
  readonly agent: string;
  readonly instances: readonly AgentInstance[];
  readonly drains: readonly Drain[];
  /** Absent for an agent that was never down, nor beyond a limit. */
  readonly health?: AgentHealth;
}

/** Instances as a table: `laneway agents list`. What they say of themselves may hold anything. */
export function instanceTable(application: string, instances: readonly AgentInstance[], paint: Paint): string[] {
  if (instances.length === 0) return [`nobody of ${application} is known that this holds for`];
  const head = ['agent', 'instance', 'status', 'tasks', 'heard', 'zone', 'version', 'since', 'why'];
  const rows = instances.map((one) => [
    one.agent,
    visibleText(one.instance),
    { text: one.status, paint: isAvailable(one.status) ? paint.good : paint.bad },
    `${one.currentTasks}${one.maxConcurrentTasks === undefined ? '' : `/${one.maxConcurrentTasks}`}`,
    one.heard,
    visibleText(one.zone ?? ''),
    visibleText(one.version ?? ''),
    one.since,
    visibleText(one.cause),
  ]);
  return table(rows, { head: head.map((text) => ({ text, paint: paint.faint })) });
}

/** Agents that are down, one line each. Their instances may be forgotten; why they are down may be an instance's word. */
export function downLines(down: readonly AgentHealth[], paint: Paint): string[] {
  return down.map(({ agent, since, cause = '' }) =>
    paint.bad(`${agent} is down since ${since}: ${visibleText(cause)}`),
  );
}

/** One agent: `laneway agents get`. */
export function agentLines(shown: ShownAgent, paint: Paint): string[] {
  const { agent, runs, role, capabilities, handles, maxConcurrentTasks, instances, drains, health } = shown;
  const facts = [
    `runs as ${runs}`,
    ...(role === undefined ? [] : [`role ${role}`]),
    `capabilities ${capabilities.join(', ') || '(none)'}`,
    `handles ${handles.join(', ') || '(nothing)'}`,
    ...(maxConcurrentTasks === undefined ? [] : [`at most ${maxConcurrentTasks} messages an instance`]),
  ];
  return [
    `${agent}: ${facts.join('; ')}`,
    ...drains.map(
      ({ instance, by, why, since }) => `drained since ${since}, ${instance ?? 'all'}, by ${by}: ${visibleText(why)}`,
    ),
    ...downLines(health?.state === 'down' ? [health] : [], paint),
    ...(health?.above ?? []).map((resource) => `beyond its limit: ${resource}`),
    ...instanceTable(agent, instances, paint),
  ];
}
