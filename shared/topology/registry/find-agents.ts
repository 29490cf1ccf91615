import { defined } from '../../domain/base/defined.js';
import { LanewayError, unknownName } from '../../domain/base/errors.js';
import type { Ports } from '../../domain/ports.js';
import { drainOf } from '../../domain/registry/drain.js';
import { agentStatus, silenceOf, type AgentStatus } from '../../domain/registry/lifecycle.js';
import type { RegisteredAgent } from '../../domain/registry/registry.js';
import {
  FUNCTION_INSTANCE,
  lookAtFunction,
  lookAtInstance,
  withDrain,
  type InstanceStanding,
} from '../../domain/registry/standing.js';
import type { AgentModel, AgentRuntime, TopologyModel } from '../model.js';

/** An instance of an agent, as the registry knows it. Its capabilities and its load are its own word. */
export interface AgentInstance {
  /** Id of the agent. */
  readonly agent: string;
  /** Name of the instance; `function` for an agent on Lambda. */
  readonly instance: string;
  /** Runtime of the agent. */
  readonly runs: AgentRuntime;
  /** Role of the agent. */
  readonly role?: string;
  /** Status by the one lifecycle of all agents. */
  readonly status: AgentStatus;
  /** Reason of the last change of its status. */
  readonly cause: string;
  /** Instant of that change, ISO 8601. */
  readonly since: string;
  /** Capabilities, each with its proficiency from 0 to 1: of those that the topology declares, the ones that it has. */
  readonly capabilities: Readonly<Record<string, number>>;
  /** Messages in hand: of a worker at its last heartbeat, of a function at the last look. */
  readonly currentTasks: number;
  /** Messages that it handles side by side at most; absent for a function without a bound. */
  readonly maxConcurrentTasks?: number;
  /** Instant of its last heartbeat by the platform's clock, or of the last look at a function, ISO 8601. */
  readonly heard: string;
  /** Place where it runs, where it says so. */
  readonly zone?: string;
  /** Version of its code, where it says so. */
  readonly version?: string;
  /** Instant of its registration by its own clock, ISO 8601; absent for a function. */
  readonly started?: string;
}

/** Conditions on instances; each that is given must hold. */
export interface InstanceFilter {
  /** Capabilities, of which an instance must have all. @defaultValue any */
  readonly capabilities?: readonly string[];
  /** Role of the agent. @defaultValue any */
  readonly role?: string;
  /** Status of the instance. @defaultValue any */
  readonly status?: AgentStatus;
  /** Id of the agent. @defaultValue any */
  readonly agent?: string;
}

/** Options of `agents.find`. */
export interface FindAgentsOptions extends Pick<InstanceFilter, 'capabilities' | 'role'> {
  /** Most instances that are returned. @defaultValue 10 */
  readonly limit?: number;
}

/** Whoever looks for agents that are at work. */
export interface AgentFinder {
  /**
   * Instances that are `ready` and have all of the capabilities, those with the most room first. What it returns may be a
   * heartbeat old: a worker tells its load with each, and the platform looks at functions every minute.
   * @returns none when nobody is there
   * @throws LanewayError UNKNOWN_CAPABILITY, UNKNOWN_ROLE, INVALID_OPTION; NOT_DECLARED for a client without `findsAgents`
   */
  find(options?: FindAgentsOptions): Promise<readonly AgentInstance[]>;
}

/** Ports by which instances are found; with `agentFunctions`, functions are looked at now. */
export interface FindServices extends Pick<Ports, 'clock' | 'registry'>, Partial<Pick<Ports, 'agentFunctions'>> {
  readonly topology: { readonly model: TopologyModel };
}

const DEFAULT_LIMIT = 10;

/** A finder over the ports. */
export function finderOver(services: FindServices): AgentFinder {
  return { find: (options = {}) => findAgents(options, services) };
}

/** Finds agents in the name of a client. @throws LanewayError NOT_DECLARED for one without `findsAgents`, and those of the finder */
export async function findAsClient(
  { clients, name }: TopologyModel,
  client: string,
  finder: AgentFinder,
  options: FindAgentsOptions = {},
): Promise<readonly AgentInstance[]> {
  if (clients[client]?.findsAgents === true) return finder.find(options);
  throw new LanewayError('NOT_DECLARED', `client '${client}' looks for agents, which it does not declare`, {
    help: [`declare it: clients.${client}.findsAgents: true   (${name})`],
  });
}

/** Instances that can take a message now, as {@link AgentFinder} says. */
export async function findAgents(
  { limit = DEFAULT_LIMIT, ...filter }: FindAgentsOptions,
  services: FindServices,
): Promise<readonly AgentInstance[]> {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new LanewayError('INVALID_OPTION', `limit is ${limit}`, { help: ['allowed: a whole number from 1'] });
  }
  const found = await listInstances({ ...filter, status: 'ready' }, services);
  return found.toSorted((a, b) => loadOf(a) - loadOf(b)).slice(0, limit);
}

/**
 * Instances of the agents of a topology, by agent and name. An agent whose function was never looked at, or of which no instance
 * ever registered, has none.
 * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_CAPABILITY, UNKNOWN_ROLE, UNKNOWN_STATUS
 */
export async function listInstances(filter: InstanceFilter, services: FindServices): Promise<readonly AgentInstance[]> {
  const { model } = services.topology;
  checkNames(filter, model);
  const { capabilities = [], role, status, agent } = filter;
  const agents = Object.values(model.agents).filter(
    (one) =>
      (agent === undefined || one.id === agent) &&
      (role === undefined || one.role === role) &&
      capabilities.every((capability) => one.capabilities.includes(capability)),
  );
  const found = await Promise.all(agents.map((one) => instancesOf(one, services)));
  return found
    .flat()
    .filter((one) => capabilities.every((capability) => Object.hasOwn(one.capabilities, capability)))
    .filter((one) => status === undefined || one.status === status);
}

async function instancesOf(agent: AgentModel, services: FindServices): Promise<readonly AgentInstance[]> {
  const known = await services.registry.of(agent.id);
  return agent.runs === 'worker' ? workersOf(agent, known, services) : functionOf(agent, known, services);
}

function workersOf(
  agent: AgentModel,
  { claims, standings, drains }: RegisteredAgent,
  { clock, topology }: FindServices,
): AgentInstance[] {
  const silence = silenceOf(topology.model.heartbeat);
  return claims.map((claim) => {
    const before = standings.find(({ instance }) => instance === claim.instance);
    const terms = { drain: drainOf(drains, claim.instance), failures: agent.health?.failures, silence };
    const standing = lookAtInstance(claim, terms, before, clock.now());
    const { currentTasks, maxConcurrentTasks, zone, version, started } = claim;
    // A claim of what the topology does not give its agent is worth nothing.
    const own = Object.entries(claim.capabilities).filter(([name]) => agent.capabilities.includes(name));
    return {
      ...instanceOf(agent, standing),
      ...{ capabilities: Object.fromEntries(own), currentTasks, maxConcurrentTasks, started },
      ...defined({ zone, version }),
    };
  });
}

async function functionOf(
  agent: AgentModel,
  { standings, drains }: RegisteredAgent,
  { agentFunctions, clock }: FindServices,
): Promise<readonly AgentInstance[]> {
  const drain = drainOf(drains, FUNCTION_INSTANCE);
  const before = standings.find(({ instance }) => instance === FUNCTION_INSTANCE);
  const state = await agentFunctions?.stateOf(agent.id);
  const standing = state
    ? lookAtFunction(agent.id, state, drain, before, clock.now())
    : before && withDrain(before, drain);
  if (!standing) return [];
  const { currentTasks = 0, maxConcurrentTasks } = standing;
  const capabilities = Object.fromEntries(agent.capabilities.map((name) => [name, 1]));
  return [{ ...instanceOf(agent, standing), capabilities, currentTasks, ...defined({ maxConcurrentTasks }) }];
}

function instanceOf({ id, runs, role }: AgentModel, { instance, status, cause, since, heard }: InstanceStanding) {
  return { agent: id, instance, runs, ...defined({ role }), ...{ status, cause, since, heard } };
}

function loadOf({ currentTasks, maxConcurrentTasks }: AgentInstance): number {
  return maxConcurrentTasks === undefined ? 0 : currentTasks / maxConcurrentTasks;
}

function checkNames({ capabilities = [], role, status, agent }: InstanceFilter, { agents, name }: TopologyModel): void {
  const all = Object.values(agents);
  if (agent !== undefined && !Object.hasOwn(agents, agent))
    throw unknownName('UNKNOWN_AGENT', `there is no agent '${agent}'`, agent, Object.keys(agents), name);
  const known = [...new Set(all.flatMap((one) => one.capabilities))];
  for (const capability of capabilities)
    if (!known.includes(capability)) throw unknownCapability(capability, known, name);
  const roles = [...new Set(all.flatMap((one) => one.role ?? []))];
  if (role !== undefined && !roles.includes(role))
    throw unknownName('UNKNOWN_ROLE', `no agent has the role '${role}'`, role, roles, name);
  if (status !== undefined) agentStatus(status);
}

/** The error of a capability that nobody, or not this agent, is declared with. */
export function unknownCapability(given: string, known: readonly string[], where: string): LanewayError {
  return unknownName('UNKNOWN_CAPABILITY', `the capability '${given}' is not declared`, given, known, where);
}
