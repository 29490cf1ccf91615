import type { Log } from '../../agent/context.js';
import { defined } from '../../domain/base/defined.js';
import { summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import { drainOf } from '../../domain/registry/drain.js';
import { agentsDown, healthAmong, type LookedAt } from '../../domain/registry/health.js';
import type { InstanceClaim } from '../../domain/registry/instance.js';
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
import { moveRequestsOn, type HeldRequestServices } from '../supervision/end-held-requests.js';
import { assess } from './assess-agents.js';

/** Ports and settings of a look at all agents. */
export interface WatchServices
  extends Pick<Ports, 'agentFunctions' | 'clock' | 'pending' | 'registry'>, Pick<HeldRequestServices, 'told'> {
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
  /** Messages on the health of agents that were published. */
  readonly told: number;
  /** Open attempts that were ended because nobody takes messages for the agent that they asked. */
  readonly movedOn: number;
  /** Agents that could not be looked at, and attempts that could not be ended; the next run does. */
  readonly failed: number;
  /** False when time ran out before all agents and all open requests were looked at. */
  readonly complete: boolean;
}

/** Share of its time after which a look moves requests on, and leaves further agents to the next: who is down stays known. */
const LOOKING = 0.75;

/** Time from one look to the next, by which the agent that is looked at first moves on. */
const TURN_MS = 60_000;

/** Most transitions of one agent that a look publishes: whoever has taken it can make up instances. */
const MOST_CHANGES = 100;

/**
 * Looks at the instances of all agents, writes down what the platform holds of each, and publishes every transition once, as
 * `AgentStatusChanged` on `system.agents`. A transition is written before it is published, under an id that follows from it:
 * a run that dies between the two is completed by the next, with the same message. Of an agent as a whole it tells in the same way when
 * nobody takes messages for it any more, and when somebody does again; requests that are open at one that is down move up their ladders.
 * An agent that cannot be looked at keeps no other from it.
 *
 * @param stopAt milliseconds since 1970 at which it ends
 */
export async function watchAgents(services: WatchServices, stopAt: number): Promise<WatchSummary> {
  const { clock, log, registry, topology } = services;
  const all = Object.values(topology.model.agents);
  // Those that come last when time runs out are not always the same.
  const first = Math.floor(clock.now() / TURN_MS) % Math.max(1, all.length);
  const counts = { instances: 0, changed: 0, told: 0, movedOn: 0, failed: 0 };
  const failed = (what: string, about: object, error: unknown): undefined => {
    counts.failed += 1;
    log.warn(what, { ...about, error: summarizeError(error).message });
  };
  const health = await registry
    .health()
    .catch((error: unknown) => failed('the health of agents could not be read', {}, error));
  const present = health && healthAmong(topology.model.agents, health);
  const known = new Map(present?.map((one) => [one.agent, one]));
  const began = clock.now();
  let complete = true;
  for (const agent of [...all.slice(first), ...all.slice(0, first)]) {
    if (clock.now() - began >= (stopAt - began) * LOOKING) {
      complete = false;
      break;
    }
    try {
      const { looks, changed } = await watchAgent(agent, services);
      counts.instances += looks.length;
      counts.changed += changed;
      // Whoever does not know how it was cannot tell what has changed.
      if (!health) continue;
      const assessed = await assess(agent, looks, known.get(agent.id), services);
      if (assessed.health) known.set(agent.id, assessed.health);
      counts.told += assessed.told;
    } catch (error) {
      failed('an agent could not be looked at', { agent: agent.id }, error);
    }
  }
  try {
    const moved = await moveRequestsOn({ ...services, down: agentsDown([...known.values()]) }, stopAt);
    counts.movedOn += moved.movedOn;
    counts.failed += moved.failed;
    complete &&= moved.complete;
  } catch (error) {
    failed('requests of agents that are down could not be moved on', {}, error);
  }
  return { ...counts, complete };
}

async function watchAgent(
  agent: AgentModel,
  services: WatchServices,
): Promise<{ readonly looks: readonly LookedAt[]; readonly changed: number }> {
  const { registry } = services;
  const looks: LookedAt[] = [];
  let changed = 0;
  for (const { claim, before, look } of await looksAt(agent, services)) {
    // The next look goes on.
    if (changed >= MOST_CHANGES) {
      looks.push({ standing: look(before), ...defined({ claim }) });
      continue;
    }
    // A run that died left it written and not published.
    if (before?.told === false) changed += await announce(before, services);
    const next = look(before && { ...before, told: true });
    looks.push({ standing: next, ...defined({ claim }) });
    if (!(await registry.stand(next, before))) continue;
    if (!next.told) changed += await announce(next, services);
  }
  return { looks, changed };
}

/** A look that is to be made at an instance. */
interface Look {
  readonly claim?: InstanceClaim;
  readonly before: InstanceStanding | undefined;
  readonly look: (before: InstanceStanding | undefined) => InstanceStanding;
}

async function looksAt({ id, runs, health }: AgentModel, services: WatchServices): Promise<readonly Look[]> {
  const { agentFunctions, clock, registry, topology } = services;
  const silence = silenceOf(topology.model.heartbeat);
  const { claims, standings, drains } = await registry.of(id);
  const before = (instance: string) => standings.find((one) => one.instance === instance);
  if (runs === 'worker')
    return claims.map((claim) => {
      const terms = { drain: drainOf(drains, claim.instance), failures: health?.failures, silence };
      return {
        claim,
        before: before(claim.instance),
        look: (was) => lookAtInstance(claim, terms, was, clock.now()),
      };
    });
  const state = await agentFunctions.stateOf(id);
  const drain = drainOf(drains, FUNCTION_INSTANCE);
  const look = (was: InstanceStanding | undefined) => lookAtFunction(id, state, drain, was, clock.now());
  return [{ before: before(FUNCTION_INSTANCE), look }];
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
