import { InstanceLease, registrationOf } from '../agent/registry/instance-lease.js';
import { probeHealth, probeLimit } from '../agent/registry/probe-health.js';
import { openPorts, publisherPorts, registryPort } from '../aws/ports.js';
import { defined } from '../domain/base/defined.js';
import type { Agent, BoundAgent } from '../agent/create-agent.js';
import { namesFromOutputs } from '../client/deployed-names.js';
import { findDeployment, type Deployment, type FindOptions } from '../client/deployment.js';
import { milliseconds, type Duration } from '../domain/base/duration.js';
import { LanewayError } from '../domain/base/errors.js';
import { beatEvery } from '../domain/registry/lifecycle.js';
import type { Priority } from '../domain/base/priority.js';
import { RecentTries } from '../domain/selection/recent-tries.js';
import { unknownCapability } from '../topology/registry/find-agents.js';
import { agentLanes, type AgentLane } from './agent-lanes.js';
import { pollLanes } from './poll-lanes.js';
import { instanceName, Presence, type PresenceEvents, type PresentAgent } from './presence.js';
import { ProcessConcurrency } from './process-concurrency.js';
import { Slots } from './slots.js';

/** Options of {@link runWorker} and {@link startWorker}. */
export interface WorkerOptions extends FindOptions {
  /**
   * Messages handled side by side, shared by all lanes of all agents of the worker. An agent with `maxConcurrentTasks` has no more of
   * them than that. @defaultValue 8
   */
  readonly concurrency?: number;
  /**
   * Name of this process among the instances of its agents: 1 to 64 letters, digits and `_ . : -`. A process that takes the name of
   * another replaces it: the other one ends. @defaultValue the name of the machine, and what tells its processes apart
   */
  readonly instance?: string;
  /**
   * Capabilities that this process has, each with its proficiency from 0 to 1; each must be declared by one of its agents.
   * @defaultValue all that the topology declares, each 1
   */
  readonly capabilities?: Readonly<Record<string, number>>;
  /** Place where it runs, such as an availability zone. @defaultValue none */
  readonly zone?: string;
  /** Version of its code. @defaultValue none */
  readonly version?: string;
  /** Ends the worker as {@link Worker.stop} does. */
  readonly signal?: AbortSignal;
  /**
   * Longest wait at the end of the worker for messages that are being handled. One that is not done by then goes back to its lane at once.
   * @defaultValue '30 seconds'
   */
  readonly drainTimeout?: Duration;
}

/** Longest wait for handlings that run, where a worker's options have no `drainTimeout`. */
export const DEFAULT_DRAIN: Duration = '30 seconds';

/** Work of a worker at a moment. */
export interface WorkerStatus {
  /** `draining`: it receives no more, and handlings still run. */
  readonly state: 'running' | 'draining' | 'ended';
  /** Names of the agents that it runs. */
  readonly agents: readonly string[];
  /** Most urgent first; `running` counts the messages that are handled now. */
  readonly lanes: readonly { readonly agent: string; readonly priority: Priority; readonly running: number }[];
  /** Messages that it handles side by side at most, over all lanes. */
  readonly concurrency: number;
  /** Name under which it stands in the registry; absent when the deployment has none. */
  readonly instance?: string;
  /** Agents that an operator has drained; it takes nothing new for them. */
  readonly drained: readonly string[];
  /** Agents that are ill by their own probe, and why; it takes nothing new for them. */
  readonly ill: readonly { readonly agent: string; readonly why: string }[];
  /** Milliseconds since 1970 when a lane could be read last; absent before the first time. */
  readonly polledAt?: number;
}

/** A worker at work. */
export interface Worker {
  /** Work of the worker at this moment. */
  status(): WorkerStatus;
  /**
   * Drains: receives no more, waits for the handlings that run, and gives back those that take longer than `drainTimeout`.
   * @returns when it has ended
   */
  stop(): Promise<void>;
  /** Settled when the worker has ended. */
  readonly ended: Promise<void>;
}

/** One for all workers of this process: a crash ends what they handle together. */
const neighbours = new ProcessConcurrency();

/**
 * Runs an agent anywhere Node runs: {@link startWorker} of one agent, until the signal aborts.
 * @throws LanewayError NOT_FOUND when the application is not deployed, INVALID_OPTION
 */
export async function runWorker<Deps>(agent: Agent<Deps>, deps: Deps, options: WorkerOptions = {}): Promise<void> {
  const worker = await startWorker([agent.with(deps)], options);
  await worker.ended;
}

/**
 * Starts to handle the messages in the lanes of agents, by the same chain as in Lambda. At least once, unordered. Slots are shared by
 * all lanes and become free one by one; of the lanes that have something the most urgent is served first. Leases are short and renewed
 * while the process lives, up to the agent's `handlerTimeout`, so that a killed worker costs its messages 20 seconds.
 *
 * It registers as an instance of its agents and beats every 30 seconds, or every `defaults.heartbeat` of the topology; `laneway agents`
 * shows it, and has it drained within one heartbeat. While the registry cannot be reached it works on. One that was replaced by another instance of its name ends by itself.
 *
 * @param agents of one topology, each with what it needs
 * @throws LanewayError NOT_FOUND when the application is not deployed, INVALID_OPTION, UNKNOWN_CAPABILITY
 */
export async function startWorker(agents: readonly BoundAgent[], options: WorkerOptions = {}): Promise<Worker> {
  const concurrency = options.concurrency ?? 8;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new LanewayError('INVALID_OPTION', `concurrency is ${concurrency}`, {
      help: ['allowed: a whole number from 1'],
    });
  }
  const drainMs = milliseconds(options.drainTimeout ?? DEFAULT_DRAIN);
  const name = oneTopology(agents);
  checkCapabilities(agents, options);
  const deployment = await findDeployment(name, options);
  const tries = new Map(agents.map(({ agent: { id } }) => [id, new RecentTries({ now: () => Date.now() })]));
  const tried = (agent: string, isGood: boolean): void => tries.get(agent)?.note(isGood);
  const lanes = agentLanes(agents, deployment, { concurrency: neighbours, tried });
  const most = Object.fromEntries(
    agents.map(({ agent: { id, model } }) => [id, model.maxConcurrentTasks ?? concurrency]),
  );
  const presence = presenceOf(agents, deployment, { ...options, concurrency }, tries);
  const own = { agents: agents.map(({ agent }) => agent.id), most, concurrency, drainMs, signal: options.signal };
  const worker = work(lanes, { ...own, ...defined({ presence }) });
  await worker.begun;
  return worker;
}

/** Instances of the agents in the registry; undefined where what is deployed is of a release that had none. */
function presenceOf(
  agents: readonly BoundAgent[],
  deployment: Deployment,
  { concurrency = 8, instance = instanceName(), capabilities, zone, version }: WorkerOptions,
  triesOf: ReadonlyMap<string, RecentTries>,
): Presence | undefined {
  const [first] = agents;
  if (!first) return undefined;
  const names = namesFromOutputs(first.agent.topology.model, deployment);
  if (!names.has('registryTable')) return undefined;
  const ports = openPorts(names, publisherPorts, registryPort);
  const every = beatEvery(first.agent.topology.model.heartbeat);
  const present = agents.map((bound): PresentAgent => {
    const { id, model, topology } = bound.agent;
    const own = capabilities && Object.entries(capabilities).filter(([one]) => model.capabilities.includes(one));
    const maxConcurrentTasks = Math.min(concurrency, model.maxConcurrentTasks ?? concurrency);
    const facts = { instance, maxConcurrentTasks, ...defined({ zone, version }) };
    const having = own && { capabilities: Object.fromEntries(own) };
    const lease = new InstanceLease(registrationOf(topology.model, id, { ...facts, ...having }, Date.now()), ports);
    return {
      lease,
      probe: (ending) => probeHealth(bound, probeLimit(every), ending),
      tries: triesOf.get(id) ?? new RecentTries(ports.clock),
    };
  });
  return new Presence(present, every);
}

/** @throws LanewayError UNKNOWN_CAPABILITY for one that none of the agents declares */
function checkCapabilities(agents: readonly BoundAgent[], { capabilities = {} }: WorkerOptions): void {
  const known = [...new Set(agents.flatMap(({ agent }) => agent.model.capabilities))];
  for (const one of Object.keys(capabilities))
    if (!known.includes(one)) throw unknownCapability(one, known, agents.map(({ agent }) => agent.id).join(', '));
}

interface Work {
  readonly agents: readonly string[];
  /** Messages that each agent handles side by side at most. @defaultValue all slots */
  readonly most?: Readonly<Record<string, number>>;
  readonly concurrency: number;
  /** Instances in the registry. @defaultValue none */
  readonly presence?: Presence;
  readonly drainMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The worker over lanes of any kind. It takes messages once it has registered, when it has a place to do so. */
export function work(own: readonly AgentLane[], given: Work): Worker & { readonly begun: Promise<void> } {
  const { agents, concurrency, drainMs, signal, presence, most = {} } = given;
  const tasksOf = (agent: string): number =>
    own.reduce((sum, lane) => sum + (lane.agent === agent ? lane.running.size : 0), 0);
  const takes = (agent: string): boolean => presence?.takes(agent) ?? true;
  const lanes = own.map((lane) => ({
    ...lane,
    room: () => (lane.always || takes(lane.agent) ? (most[lane.agent] ?? concurrency) - tasksOf(lane.agent) : 0),
  }));
  let wake = (): void => undefined;
  const slots = new Slots(concurrency);
  const stopping = new AbortController();
  let state: WorkerStatus['state'] = 'running';
  let polledAt: number | undefined;
  const events: PresenceEvents = {
    tasksOf,
    changed: () => wake(),
    replaced: () => stop(),
    warn: (text) => process.emitWarning(text),
  };
  const stop = (): void => {
    if (state === 'running') {
      state = 'draining';
      void presence?.drain(events);
    }
    stopping.abort();
  };
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });

  const begun = presence?.begin(events) ?? Promise.resolve();
  const run = async (): Promise<void> => {
    await begun;
    await pollLanes(lanes, slots, stopping.signal, {
      polled: () => (polledAt = Date.now()),
      failed: (lane, error) => process.emitWarning(`lane ${lane} could not be read: ${String(error)}`),
      roomy: (call) => (wake = call),
    });
    if (!(await slots.emptied(drainMs))) {
      await Promise.all(lanes.map((lane) => lane.giveBack([...lane.running])));
    }
    await presence?.leave(events);
    state = 'ended';
    signal?.removeEventListener('abort', stop);
  };
  const ended = run();
  // Whoever started it is told by `begun`.
  ended.catch(() => undefined);
  return {
    begun,
    ended,
    stop: () => {
      stop();
      return ended;
    },
    status: () => ({
      state,
      agents,
      lanes: lanes.map(({ agent, priority, running }) => ({ agent, priority, running: running.size })),
      concurrency,
      drained: agents.filter((agent) => presence?.isDrained(agent) ?? false),
      ill: agents.flatMap((agent) => {
        const why = presence?.illnessOf(agent);
        return why === undefined ? [] : [{ agent, why }];
      }),
      ...defined({ polledAt, instance: presence?.instance }),
    }),
  };
}

function oneTopology(agents: readonly BoundAgent[]): string {
  const names = new Set(agents.map(({ agent }) => agent.topology.name));
  const ids = agents.map(({ agent }) => agent.id);
  const [name] = names;
  if (name === undefined || names.size > 1 || new Set(ids).size < ids.length) {
    throw new LanewayError('INVALID_OPTION', `a worker was given the agents ${ids.join(', ') || '(none)'}`, {
      help: [`allowed: one or more agents of one topology, each once; these are of ${[...names].join(', ') || 'none'}`],
    });
  }
  return name;
}
