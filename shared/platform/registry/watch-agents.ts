import type { Log } from '../../agent/context.js';
import { defined } from '../../domain/base/defined.js';
import { summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import { drainOf } from '../../domain/registry/drain.js';
import { silenceOf } from '../../domain/registry/lifecycle.js';
import {
  FUNCTION_INSTANCE,
  lookAtFunction,
  lookAtInstance,
  type InstanceStanding,
} from '../../domain/registry/standing.js';
import { AgentStatusChanged } from '../../message/system-messages.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import type { AgentModel } from '../../topology/model.js';
import type { Topology } from '../../topology/topology.js';

/** Ports and settings of a look at all agents. */
export interface WatchServices extends Pick<Ports, 'agentFunctions' | 'clock' | 'registry'> {
  readonly topology: Topology;
  readonly publishing: Publishing;
  readonly log: Log;
}

/** Counts of one look at all agents. */
export interface WatchSummary {
  /** Instances that were looked at, functions included. */
  readonly instances: number;
  /** Transitions that were published. */
  readonly changed: number;
  /** Agents that could not be looked at; the next run does. */
  readonly failed: number;
  /** False when time ran out before all agents were looked at. */
  readonly complete: boolean;
}

/** Time from one look to the next, by which the agent that is looked at first moves on. */
const TURN_MS = 60_000;

/** Most transitions of one agent that a look publishes: whoever has taken it can make up instances. The next look goes on. */
const MOST_CHANGES = 100;

/**
 * Looks at the instances of all agents, writes down what the platform holds of each, and publishes every transition once, as
 * `AgentStatusChanged` on `system.agents`. A transition is written before it is published, under an id that follows from it:
 * a run that dies between the two is completed by the next, with the same message. An agent that cannot be looked at keeps no other from it.
 *
 * @param stopAt milliseconds since 1970 from which no further agent is looked at
 */
export async function watchAgents(services: WatchServices, stopAt: number): Promise<WatchSummary> {
  const { clock, log, topology } = services;
  const all = Object.values(topology.model.agents);
  // Those that come last when time runs out are not always the same.
  const first = Math.floor(clock.now() / TURN_MS) % Math.max(1, all.length);
  const counts = { instances: 0, changed: 0, failed: 0 };
  for (const agent of [...all.slice(first), ...all.slice(0, first)]) {
    if (clock.now() >= stopAt) return { ...counts, complete: false };
    try {
      const { instances, changed } = await watchAgent(agent, services);
      counts.instances += instances;
      counts.changed += changed;
    } catch (error) {
      counts.failed += 1;
      log.warn('an agent could not be looked at', { agent: agent.id, error: summarizeError(error).message });
    }
  }
  return { ...counts, complete: true };
}

async function watchAgent(
  { id, runs }: AgentModel,
  services: WatchServices,
): Promise<Pick<WatchSummary, 'instances' | 'changed'>> {
  const { agentFunctions, clock, registry, topology } = services;
  const silence = silenceOf(topology.model.heartbeat);
  const { claims, standings, drains } = await registry.of(id);
  const before = (instance: string) => standings.find((one) => one.instance === instance);
  const looks =
    runs === 'worker'
      ? claims.map((claim) => ({
          before: before(claim.instance),
          look: (was: InstanceStanding | undefined) =>
            lookAtInstance({ ...claim, silence }, drainOf(drains, claim.instance), was, clock.now()),
        }))
      : await (async () => {
          const state = await agentFunctions.stateOf(id);
          const drain = drainOf(drains, FUNCTION_INSTANCE);
          const look = (was: InstanceStanding | undefined) => lookAtFunction(id, state, drain, was, clock.now());
          return [{ before: before(FUNCTION_INSTANCE), look }];
        })();
  let changed = 0;
  for (const { before: was, look } of looks) {
    if (changed >= MOST_CHANGES) break;
    // A run that died left it written and not published.
    if (was?.told === false) changed += await announce(was, services);
    const next = look(was && { ...was, told: true });
    if (!(await registry.stand(next, was))) continue;
    if (!next.told) changed += await announce(next, services);
  }
  return { instances: looks.length, changed };
}

/** Publishes a transition, and notes that it has been. @returns the number of messages: 1 */
async function announce(standing: InstanceStanding, { publishing, registry, log }: WatchServices): Promise<number> {
  const { agent, instance, from, status, since, cause, transition } = standing;
  const id = derivedId(AgentStatusChanged.name, agent, instance, String(transition), since);
  const data = { agent, instance, ...defined({ from }), status, since, cause };
  try {
    // One conversation for each agent and day: a conversation has a budget.
    await publishMessage(publishing, AgentStatusChanged, data, {
      id,
      correlationId: `agents:${agent}:${since.slice(0, 10)}`,
    });
  } catch (error) {
    // What is in the ledger, the sweeper sends.
    if (summarizeError(error).code !== 'PUBLISH') throw error;
    log.warn('a status was recorded and not sent yet', { agent, instance, status });
  }
  await registry.told(standing);
  return 1;
}
