import { LanewayError } from '../../shared/domain/base/errors.js';
import { laneKeysOf } from '../../shared/topology/mailbox-names.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { MAX_RULES, type RoutingRule } from '../../shared/topology/rules.js';

/** Outputs of one stack, those that CDK makes for the other stacks included (CloudFormation quota). */
export const MAX_OUTPUTS = 200;
/** Resources of one stack (CloudFormation quota). */
export const MAX_RESOURCES = 500;

/** Outputs of the stack of the bus that belong to no agent, client or ingress. */
const OWN_OUTPUTS = 20;
/** Part of its quotas that a group of agents may take: the rest is for what its owner adds. */
const FILLED = 0.9;

/**
 * Agents by the stacks that hold them, in the order of the topology: first those whose mailboxes stand with the bus, then the
 * groups that have stacks of their own. What an application has room for in its first stacks, it keeps there.
 *
 * @param rules all rules of the bus
 * @param perStack agents of the first stacks, and of each group. @defaultValue as many as CloudFormation's quotas allow
 * @throws LanewayError INVALID_OPTION for a number that is none, INVALID_TOPOLOGY for more rules than a bus takes
 */
export function agentGroups(
  model: TopologyModel,
  rules: readonly RoutingRule[],
  perStack?: number,
): readonly (readonly string[])[] {
  const agents = Object.keys(model.agents);
  if (perStack !== undefined && !(Number.isInteger(perStack) && perStack > 0))
    throw new LanewayError('INVALID_OPTION', `agentsPerStack is ${perStack}`, {
      help: [`allowed: whole numbers from 1   (${model.name})`],
    });
  const groups: string[][] = [[]];
  let left = firstRoom(model);
  for (const agent of agents) {
    const group = groups.at(-1) ?? [];
    const needs = groups.length === 1 ? outputsOf(model, agent) : shareOf(model, agent, rules);
    const isFull = perStack === undefined ? needs > left && group.length > 0 : group.length >= perStack;
    if (isFull) {
      groups.push([agent]);
      left = 1 - shareOf(model, agent, rules);
    } else {
      group.push(agent);
      left -= needs;
    }
  }
  checkRules(model, rules, groups);
  return groups;
}

/** Outputs that the first stack has left for agents. */
function firstRoom(model: TopologyModel): number {
  return MAX_OUTPUTS - OWN_OUTPUTS - Object.keys(model.clients).length - Object.keys(model.ingress).length;
}

/** Outputs of an agent in the stack of its mailbox: its queues for whoever reads outputs, and for the other stacks. */
function outputsOf(model: TopologyModel, agent: string): number {
  const own = 1 + laneKeysOf(model, agent).length;
  // A function has the URL of its dead letter queue in its environment.
  return 2 * own + (model.agents[agent]?.runs === 'worker' ? 0 : 1);
}

/** Part of a group's stack that an agent takes. */
function shareOf(model: TopologyModel, agent: string, rules: readonly RoutingRule[]): number {
  const lanes = laneKeysOf(model, agent).length;
  const own = rules.filter(({ targets }) => targets.some((target) => target.kind === 'lane' && target.agent === agent));
  // Queues and their policies; function, role, policy, logs and mappings; alarms.
  const resources = 2 * (1 + lanes) + (6 + lanes) + (3 + 2 * lanes) + own.length;
  const outputs = 4 + lanes;
  return Math.max(resources / MAX_RESOURCES, outputs / MAX_OUTPUTS) / FILLED;
}

/** A rule whose lanes stand in several stacks is one in each of them. */
function checkRules(model: TopologyModel, rules: readonly RoutingRule[], groups: readonly (readonly string[])[]): void {
  if (groups.length === 1) return;
  const groupOf = new Map(groups.flatMap((group, index) => group.map((agent) => [agent, index] as const)));
  const places = rules.map(
    ({ targets }) => new Set(targets.map((target) => (target.kind === 'lane' ? groupOf.get(target.agent) : 0))).size,
  );
  const needed = places.reduce((sum, one) => sum + one, 0);
  if (needed <= MAX_RULES) return;
  throw new LanewayError(
    'INVALID_TOPOLOGY',
    `${model.name} needs ${needed} rules on its bus, in ${groups.length} stacks`,
    {
      help: [
        `allowed: ${MAX_RULES} (EventBridge)`,
        'declare agents that hear the same channels one after the other, use fewer priorities, or give the application two topologies',
      ],
    },
  );
}
