import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Stack } from 'aws-cdk-lib';
import type { TopologyModel } from '../../shared/topology/model.js';
import { AgentFunction, lowerCapsOf, type AgentOverrides } from '../constructs/agent-function.js';
import { agentOf } from '../constructs/agent-rights.js';
import type { Bindable } from '../constructs/binding.js';
import { capsOfHighestLanes } from '../constructs/bounds/agent-concurrency.js';
import type { Fabric } from '../constructs/fabric.js';
import { WorkerPolicy } from '../constructs/policies/worker-policy.js';
import type { Mailbox } from '../constructs/queues/mailbox.js';

/** Agents of one stack. */
export interface RunningAgents {
  /** Agents that run on Lambda. */
  readonly agents: Readonly<Record<string, AgentFunction>>;
  /** Agents that run as workers. */
  readonly workers: Readonly<Record<string, WorkerPolicy>>;
}

/** Parts that agents are made of. */
export interface AgentParts {
  /** Model of the topology. */
  readonly topology: TopologyModel;
  /** Resources of the application. */
  readonly fabric: Fabric;
  /** Mailboxes of the agents, by agent id. */
  readonly mailboxes: Readonly<Record<string, Mailbox>>;
  /** Bundled code, or functions made elsewhere, by agent id. */
  readonly handlers: ReadonlyMap<string, Code | IFunction>;
  /** Bindings: agent -> name -> resource. */
  readonly bind: Readonly<Record<string, Readonly<Record<string, Bindable>>>>;
  /** Memory, log retention, concurrency and caps of lanes by agent. */
  readonly overrides: Readonly<Record<string, AgentOverrides>>;
}

/** Makes the functions and workers' policies of those agents whose mailboxes are given. */
export function runAgents(
  stack: Stack,
  { topology, fabric, mailboxes, handlers, bind, overrides }: AgentParts,
  highestCaps: ReadonlyMap<string, number>,
): RunningAgents {
  const agents: Record<string, AgentFunction> = {};
  const workers: Record<string, WorkerPolicy> = {};
  for (const mailbox of Object.values(mailboxes)) {
    const { agent } = mailbox;
    const own = { topology, agent, fabric, mailbox, mailboxes, bind: bind[agent] ?? {} };
    const handler = handlers.get(agent);
    if (handler)
      agents[agent] = new AgentFunction(stack, `Agent-${agent}`, {
        ...{ ...overrides[agent], ...own, handler, highestCap: highestCaps.get(agent) },
      });
    else if (topology.agents[agent]?.runs === 'worker')
      workers[agent] = new WorkerPolicy(stack, `Worker-${agent}`, own);
  }
  return { agents, workers };
}

/** Caps of highest lanes by agent, where all agents together have one. @throws LanewayError INVALID_OPTION */
export function highestCapsOf({
  agentConcurrency,
  handlers,
  mailboxes,
  overrides,
  topology,
}: Pick<AgentParts, 'handlers' | 'mailboxes' | 'overrides' | 'topology'> & {
  readonly agentConcurrency?: number | undefined;
}): ReadonlyMap<string, number> {
  if (agentConcurrency === undefined) return new Map();
  const shares = Object.values(mailboxes)
    .filter(({ agent }) => handlers.has(agent))
    .map((mailbox) => {
      const own = { ...overrides[mailbox.agent], mailbox, topology };
      const lowerCaps = Object.values(lowerCapsOf(agentOf(topology, mailbox.agent), own));
      return { agent: mailbox.agent, lowerCaps, reserved: own.reservedConcurrency };
    });
  return capsOfHighestLanes(agentConcurrency, shares, topology.name);
}
