import { defined } from '../domain/base/defined.js';
import type { Agent, BoundAgent } from '../agent/create-agent.js';
import { findDeployment, type FindOptions } from '../client/deployment.js';
import { milliseconds, type Duration } from '../domain/base/duration.js';
import { LanewayError } from '../domain/base/errors.js';
import type { Priority } from '../domain/base/priority.js';
import { agentLanes, type AgentLane } from './agent-lanes.js';
import { pollLanes } from './poll-lanes.js';
import { ProcessConcurrency } from './process-concurrency.js';
import { Slots } from './slots.js';

/** Options of {@link runWorker} and {@link startWorker}. */
export interface WorkerOptions extends FindOptions {
  /** Messages handled side by side, shared by all lanes of all agents of the worker. @defaultValue 8 */
  readonly concurrency?: number;
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
 * @param agents of one topology, each with what it needs
 * @throws LanewayError NOT_FOUND when the application is not deployed, INVALID_OPTION
 */
export async function startWorker(agents: readonly BoundAgent[], options: WorkerOptions = {}): Promise<Worker> {
  const concurrency = options.concurrency ?? 8;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new LanewayError('INVALID_OPTION', `concurrency is ${concurrency}`, {
      help: ['allowed: a whole number from 1'],
    });
  }
  const drainMs = milliseconds(options.drainTimeout ?? DEFAULT_DRAIN);
  const deployment = await findDeployment(oneTopology(agents), options);
  const lanes = agentLanes(agents, deployment, neighbours);
  return work(lanes, { agents: agents.map(({ agent }) => agent.id), concurrency, drainMs, signal: options.signal });
}

interface Work {
  readonly agents: readonly string[];
  readonly concurrency: number;
  readonly drainMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The worker over lanes of any kind. */
export function work(lanes: readonly AgentLane[], { agents, concurrency, drainMs, signal }: Work): Worker {
  const slots = new Slots(concurrency);
  const stopping = new AbortController();
  let state: WorkerStatus['state'] = 'running';
  let polledAt: number | undefined;
  const stop = (): void => {
    if (state === 'running') state = 'draining';
    stopping.abort();
  };
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });

  const run = async (): Promise<void> => {
    await pollLanes(lanes, slots, stopping.signal, {
      polled: () => (polledAt = Date.now()),
      failed: (lane, error) => process.emitWarning(`lane ${lane} could not be read: ${String(error)}`),
    });
    if (!(await slots.emptied(drainMs))) {
      await Promise.all(lanes.map((lane) => lane.giveBack([...lane.running])));
    }
    state = 'ended';
    signal?.removeEventListener('abort', stop);
  };
  const ended = run();
  return {
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
      ...defined({ polledAt }),
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
