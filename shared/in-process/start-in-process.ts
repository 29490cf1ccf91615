import type { BoundAgent } from '../agent/create-agent.js';
import { LanewayError, unknownName } from '../domain/base/errors.js';
import { boundAgents } from '../testing/harness/bound-agents.js';
import { MemoryWorld } from '../testing/harness/memory-world.js';
import { loadJsonata } from '../testing/asl/run-asl.js';
import type { AgentSpec, CapabilityIn, ChannelSpec, ClientSpec, Topology } from '../topology/topology.js';
import { ProcessConcurrency } from '../worker/process-concurrency.js';
import { consoleLog } from './console-log.js';
import type { InProcess } from './in-process.js';
import type { InProcessOptions } from './in-process-options.js';
import { Forgetful } from './forgetful.js';
import { RunningApplication } from './running-application.js';

/** Conversations that are kept. */
const KEPT = 10_000;

/** Handlings at a time of one agent, unless the options say otherwise; the same as a worker's. */
const CONCURRENCY = 8;

/**
 * Runs an application in this process, on the real clock: its routing rules, its agents by the product's own handling
 * chain, the platform's functions and its workflows, over lanes and stores in memory. Delivery is as deployed: at least
 * once, unordered; retries, delays, expiry and ladders take the time that they are declared with, in whole seconds where SQS
 * counts in those. A handler that throws ends nothing but its try.
 *
 * Nothing survives the process, which the application says once as a warning of its log. The process lives until `stop` is
 * called. Of conversations that have ended, the last `keepConversations` stay in memory.
 *
 * @throws LanewayError INVALID_OPTION for what is no agent, an agent given twice, a `concurrency` or `keepConversations` that is no whole number
 * from 1;
 * UNKNOWN_AGENT for an agent of another topology; CONFIGURATION when there are workflows and the package `jsonata` is missing
 */
export async function startInProcess<
  Name extends string,
  Channels extends Record<string, ChannelSpec>,
  Agents extends Record<string, AgentSpec>,
  Clients extends Record<string, ClientSpec>,
>(
  topology: Topology<Name, Channels, Agents, Clients>,
  options: InProcessOptions,
): Promise<InProcess<Channels, Clients, CapabilityIn<Agents>>> {
  const { workflows = [], keepConversations = KEPT, log = consoleLog(topology.name) } = options;
  const agents = boundAgents(topology, options.agents);
  const concurrencyOf = checkedConcurrency(agents, options.concurrency ?? CONCURRENCY);
  checkWhole('keepConversations', keepConversations, 'the conversations that stay in memory after they have ended');
  if (workflows.length > 0) await loadJsonata();
  const world = new MemoryWorld(
    { topology, agents, workflows, random: Math.random },
    {
      clock: { now: Date.now },
      ...{ log, concurrency: new ProcessConcurrency(), isExperiment: false },
      due: (at) => application.due(at),
    },
  );
  new Forgetful(world, keepConversations);
  const application: RunningApplication = new RunningApplication({ topology, world, log, concurrencyOf });
  log.warn(
    `'${topology.name}' runs in this process, and nothing of it survives that: messages, requests, workflows and ledger are in memory`,
  );
  const given = new Set(agents.map(({ agent }) => agent.id));
  const absent = Object.keys(topology.model.agents).filter((id) => !given.has(id));
  if (absent.length > 0) log.warn(`not given, so that their messages wait in their lanes: ${absent.join(', ')}`);
  return application;
}

function checkWhole(name: string, value: unknown, meaning: string): void {
  if (Number.isInteger(value) && Number(value) >= 1) return;
  throw new LanewayError('INVALID_OPTION', `${name} is ${String(value)}`, {
    help: [`allowed: a whole number from 1, ${meaning}`],
  });
}

function checkedConcurrency(
  agents: readonly BoundAgent[],
  given: NonNullable<InProcessOptions['concurrency']>,
): (agent: string) => number {
  const check = (name: string, value: unknown): void =>
    checkWhole(name, value, 'the messages that an agent handles side by side');
  if (typeof given === 'number') {
    check('concurrency', given);
    return () => given;
  }
  const known = agents.map(({ agent }) => agent.id);
  for (const [id, value] of Object.entries(given)) {
    if (!known.includes(id)) throw unknownName('UNKNOWN_AGENT', `concurrency names '${id}'`, id, known, 'agents');
    check(`concurrency of '${id}'`, value);
  }
  return (agent) => given[agent] ?? CONCURRENCY;
}
