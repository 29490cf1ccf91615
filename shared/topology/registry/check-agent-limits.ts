import { WATCHED_RESOURCES, type HealthLimits } from '../../domain/registry/health-limits.js';
import { MOST_TASKS } from '../../domain/registry/instance.js';
import { invalid } from '../invalid-topology.js';
import type { AgentRuntime } from '../model.js';

/** Checks how many messages an agent handles side by side. @throws LanewayError INVALID_TOPOLOGY */
export function checkTasks(topology: string, id: string, runs: AgentRuntime, most: number | undefined): void {
  if (most === undefined) return;
  if (runs !== 'worker')
    invalid(
      topology,
      `agents.${id} has maxConcurrentTasks, and runs on Lambda`,
      "allowed: with runs: 'worker'; a function is bounded by laneConcurrency or reservedConcurrency of LanewayApplication",
    );
  if (!Number.isInteger(most) || most < 1 || most > MOST_TASKS)
    invalid(topology, `agents.${id}.maxConcurrentTasks is ${most}`, `allowed: a whole number from 1 to ${MOST_TASKS}`);
}

/** Checks from which shares an agent's resources count as used up. @throws LanewayError INVALID_TOPOLOGY */
export function checkHealth(topology: string, id: string, runs: AgentRuntime, limits: Partial<HealthLimits>): void {
  for (const [resource, share] of Object.entries(limits)) {
    const known = (WATCHED_RESOURCES as readonly string[]).includes(resource);
    if (known && runs !== 'worker' && resource !== 'tasks')
      invalid(
        topology,
        `agents.${id}.health has ${resource}, and runs on Lambda, where nobody tells of it`,
        "allowed: tasks; failures and memory with runs: 'worker'",
      );
    if (known && share > 0 && share <= 1) continue;
    const allowed = `allowed: ${WATCHED_RESOURCES.join(', ')}, each a share above 0 and up to 1`;
    invalid(topology, `agents.${id}.health has ${resource}: ${String(share)}`, allowed);
  }
}
