import type { Log, Middleware } from '../../agent/context.js';
import type { Agent, BoundAgent } from '../../agent/create-agent.js';
import { LanewayError } from '../../domain/base/errors.js';
import { laneKey, type LaneKey } from '../../topology/mailbox-names.js';
import type { Topology } from '../../topology/topology.js';
import type { MortalProcess } from './mortal-process.js';

/** An agent that is ready to run: with what it needs, or bare if it needs nothing. */
export type ReadyAgent = BoundAgent | Agent<Record<never, never>>;

/** An agent with what it needs; a bare one is bound to nothing. */
export function boundAgent(given: ReadyAgent): BoundAgent {
  return 'agent' in given ? given : given.with({});
}

/**
 * Agents of one topology, each once.
 * @throws LanewayError INVALID_OPTION for what is no agent and for an agent given twice, UNKNOWN_AGENT for an agent of
 * another topology
 */
export function boundAgents(topology: Topology, given: readonly ReadyAgent[]): readonly BoundAgent[] {
  const make = `give agents made with createAgent(${topology.name}, ...)`;
  const seen = new Set<string>();
  return given.map((one, index) => {
    if (!isReadyAgent(one)) {
      throw new LanewayError('INVALID_OPTION', `agents[${index}] is ${named(one)}, not an agent`, {
        help: [make, 'createAgent(...) becomes an agent with .handle({ ... })'],
      });
    }
    const bound = boundAgent(one);
    const { id, topology: own } = bound.agent;
    if (own !== topology) {
      const other = own.name === topology.name ? `another topology that is also named` : 'topology';
      throw new LanewayError('UNKNOWN_AGENT', `agents[${index}], '${id}', is of ${other} '${own.name}'`, {
        help: [make],
      });
    }
    if (seen.has(id)) {
      throw new LanewayError('INVALID_OPTION', `agents[${index}], '${id}', is given a second time`, {
        help: ['give each agent once; both would take from the same lanes'],
      });
    }
    seen.add(id);
    return bound;
  });
}

function isReadyAgent(given: unknown): given is ReadyAgent {
  if (typeof given !== 'object' || given === null) return false;
  const agent: unknown = 'agent' in given ? given.agent : given;
  return typeof agent === 'object' && agent !== null && 'handlers' in agent && 'topology' in agent;
}

function named(given: unknown): string {
  if (typeof given === 'object' && given !== null && 'handle' in given) return 'the beginning of an agent';
  return given === null ? 'null' : typeof given;
}

/** The agent as one process runs it, which may die before or after its handler. */
export function withFaults(bound: BoundAgent, process: MortalProcess): BoundAgent {
  if (!process.faults.isPossible) return bound;
  const { agent, deps } = bound;
  const faulty: Middleware<never> = async (_message, _context, next) => {
    await process.pass('before-handler');
    const result = await next();
    await process.pass('after-handler');
    return result;
  };
  return { agent: { ...agent, middleware: [faulty, ...agent.middleware] }, deps };
}

/** Copies of a lane that a batch has at most, by the channels that lead there. */
export function batchSizeOf({ agent: { model, topology } }: BoundAgent, key: LaneKey): number {
  const profiles = model.subscribes.flatMap((channel) => topology.model.channels[channel]?.qos ?? []);
  const served = profiles.filter((qos) =>
    qos.priorities.some((one) => key === laneKey(one, qos.delivery === 'direct')),
  );
  return Math.min(...served.map(({ batchSize }) => batchSize));
}

/** Log of functions and handlers that nobody reads. */
export const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Adds to each line the agent that it is about. A deployed function needs no such field: its name tells the agent. */
export function logOf(log: Log, agent: string): Log {
  if (log === SILENT) return log;
  const line =
    (level: keyof Log): Log['info'] =>
    (message, fields) =>
      log[level](message, { agent, ...fields });
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
