import { defined } from '../../../shared/domain/base/defined.js';
import { summarizeError, unknownName } from '../../../shared/domain/base/errors.js';
import { healthAmong } from '../../../shared/domain/registry/health.js';
import type { AgentStatus } from '../../../shared/domain/registry/lifecycle.js';
import {
  drainAgent,
  resumeAgent,
  type Drained,
  type AgentDrainServices,
  type DrainTarget,
} from '../../../shared/operator/agents/drain-agent.js';
import { listInstances } from '../../../shared/topology/registry/find-agents.js';
import type { CommandContext } from '../../context/command-context.js';
import { EXIT, type ExitCode } from '../../context/exit-codes.js';
import { invokeFunction } from '../../context/invoke-function.js';
import { openDeployed, type DeployedApplication } from '../../context/open-deployed.js';
import { agentLines, downLines, instanceTable } from '../../render/operators/agents.js';
import { stepTable } from '../../render/operators/quarantines.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';
import { confinementOf } from '../quarantine/confined-place.js';

/** Options of `laneway agents list`. */
export interface AgentsListOptions {
  readonly capability?: readonly string[];
  readonly role?: string;
  readonly status?: AgentStatus;
}

/** Options of `laneway agents resume`. */
export interface ResumeCommandOptions extends ActOptions {
  readonly instance?: string;
}

/** Options of `laneway agents drain`. */
export interface DrainCommandOptions extends ResumeCommandOptions {
  readonly force?: boolean;
}

/**
 * Every instance that the conditions hold for, by agent and name.
 * @throws LanewayError UNKNOWN_CAPABILITY, UNKNOWN_ROLE, NOT_FOUND
 */
export async function agentsListCommand(
  context: CommandContext,
  { capability, role, status }: AgentsListOptions,
): Promise<void> {
  const application = await opened(context);
  const found = await listInstances({ ...defined({ capabilities: capability, role, status }) }, finding(application));
  const { name, model } = application.topology;
  const health = healthAmong(model.agents, await application.registry.health());
  const down = health.filter(({ state }) => state === 'down');
  const lines = () => [...instanceTable(name, found, context.output.paint), ...downLines(down, context.output.paint)];
  context.output.result(found, () => lines().join('\n'));
}

/** One agent with its instances and its drains. @throws LanewayError UNKNOWN_AGENT, NOT_FOUND */
export async function agentsGetCommand(context: CommandContext, id: string): Promise<void> {
  const application = await opened(context);
  const { name, model } = application.topology;
  const agent = Object.hasOwn(model.agents, id) ? model.agents[id] : undefined;
  if (!agent) throw unknownName('UNKNOWN_AGENT', `there is no agent '${id}'`, id, Object.keys(model.agents), name);
  const instances = await listInstances({ agent: id }, finding(application));
  const drains = await application.registry.drainsOf(id);
  const health = (await application.registry.health()).find((one) => one.agent === id);
  const { runs, role, capabilities, handles, maxConcurrentTasks } = agent;
  const told = {
    agent: id,
    runs,
    ...defined({ role, maxConcurrentTasks }),
    capabilities,
    handles,
    instances,
    drains,
    ...defined({ health }),
  };
  context.output.result(told, () => agentLines(told, context.output.paint).join('\n'));
}

/**
 * Drains an agent or an instance. What was done is shown step by step.
 * @returns 1 when a step failed: the same command completes it
 * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_INSTANCE, LAST_CAPABLE, INVALID_OPTION, NOT_FOUND
 */
export async function agentsDrainCommand(
  context: CommandContext,
  agent: string,
  { instance, force = false, ...options }: DrainCommandOptions,
): Promise<ExitCode> {
  const actor = await actorOf(context, options);
  const target = { agent, ...defined({ instance }) };
  return acting(context, target, (services) => drainAgent(target, actor, { force }, services));
}

/**
 * Has an agent or an instance take messages again. What was done is shown step by step.
 * @returns 1 when a step failed: the same command completes it
 * @throws LanewayError UNKNOWN_AGENT, NOT_FOUND, REFUSED, INVALID_OPTION
 */
export async function agentsResumeCommand(
  context: CommandContext,
  agent: string,
  { instance, ...options }: ResumeCommandOptions,
): Promise<ExitCode> {
  const actor = await actorOf(context, options);
  const target = { agent, ...defined({ instance }) };
  return acting(context, target, (services) => resumeAgent(target, actor, services));
}

async function acting(
  context: CommandContext,
  target: DrainTarget,
  act: (services: AgentDrainServices) => Promise<Drained>,
): Promise<ExitCode> {
  const { output } = context;
  const application = await opened(context);
  const { book, clock, deployment, quarantines, registry, topology } = application;
  // What is decided is decided by who is there now, and not a minute ago.
  const looked = await lookNow(application);
  if (looked !== undefined) output.progress(looked);
  const confinement = confinementOf({ kind: 'agent', name: target.agent }, topology.model, deployment, 'drain');
  const { drain, steps } = await act({ book, clock, quarantines, registry, topology, confinement });
  await lookNow(application);
  output.result({ ...drain, steps }, () => stepTable(steps, output.paint).join('\n'));
  if (steps.every(({ done }) => done)) return EXIT.ok;
  output.failure(`${target.agent}: not every step was done. Type the same command again once what failed is mended.`);
  return EXIT.failed;
}

/** Has the platform look at all agents. @returns a line when it could not */
export async function lookNow({ deployment }: DeployedApplication): Promise<string | undefined> {
  const { RegistryFunction: name } = deployment;
  if (name === undefined) return undefined;
  try {
    await invokeFunction(name, {});
    return undefined;
  } catch (error) {
    return `agents were not looked at just now: ${summarizeError(error).message}`;
  }
}

/** Only what is needed is read of the ports: reading another one would make it. */
function finding({ clock, registry, topology }: DeployedApplication) {
  return { clock, registry, topology };
}

async function opened(context: CommandContext): Promise<DeployedApplication> {
  const { topology } = await context.operated();
  return openDeployed(topology);
}
