import { milliseconds } from '../../../shared/domain/base/duration.js';
import { defined } from '../../../shared/domain/base/defined.js';
import type { EmergencyMeasure } from '../../../shared/domain/emergency/emergency.js';
import {
  emergencyStatus,
  endEmergency,
  startEmergency,
  type EmergencyDone,
  type EmergencyServices,
} from '../../../shared/operator/emergency/emergency.js';
import { resumedByName } from '../../../shared/operator/emergency/resumed-by-name.js';
import type { EmergencyStatus } from '../../../shared/operator/emergency/roll-call.js';
import type { TopologyModel } from '../../../shared/topology/model.js';
import type { CommandContext } from '../../context/command-context.js';
import { EXIT, type ExitCode } from '../../context/exit-codes.js';
import { openDeployed, type DeployedApplication } from '../../context/open-deployed.js';
import { readDuration } from '../../input/read-duration.js';
import { emergencyLines } from '../../render/operators/emergencies.js';
import { stepTable } from '../../render/operators/quarantines.js';
import { lookNow } from '../agents/agents.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';
import { confinementOf } from '../quarantine/confined-place.js';

/** Options of `laneway emergency start`. */
export interface EmergencyStartOptions extends ActOptions {
  readonly stopIntake?: boolean;
  readonly pauseChannel?: readonly string[];
  readonly drainAgent?: readonly string[];
  readonly resume?: readonly string[];
  readonly wait: string;
}

/** Pause between two roll-calls, milliseconds. */
const LOOK_EVERY_MS = 2_000;

/**
 * Declares an emergency, takes its measures, tells every agent, and calls the roll until all have heard and have nothing in hand, or the
 * wait is over. Agents that have not heard are named; they hear of it when they are back.
 * @returns 1 when a step failed or an agent is missing: the same command completes what is missing
 * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_CHANNEL, SYSTEM_CHANNEL, NOT_FOUND, INVALID_OPTION
 */
export async function emergencyStartCommand(
  context: CommandContext,
  options: EmergencyStartOptions,
): Promise<ExitCode> {
  const actor = await actorOf(context, options);
  const wait = milliseconds(readDuration(options.wait));
  const { output } = context;
  const application = await opened(context);
  const { steps } = await startEmergency(
    measuresOf(options, application.topology.model),
    actor,
    servicesOf(application),
  );
  const status = await untilQuiet(application, wait);
  output.result({ ...shown(status), steps }, () =>
    [...stepTable(steps, output.paint), '', ...emergencyLines(status, output.paint)].join('\n'),
  );
  return told(context, steps, status);
}

/** The latest emergency, and who has heard of it. @throws LanewayError NOT_FOUND when there never was one */
export async function emergencyStatusCommand(context: CommandContext): Promise<void> {
  const status = await statusOf(await opened(context));
  context.output.result(shown(status), () => emergencyLines(status, context.output.paint).join('\n'));
}

/**
 * Ends the emergency: what its measures changed is as before.
 * @returns 1 when a step failed: the same command completes what is missing
 * @throws LanewayError NOT_FOUND, INVALID_OPTION
 */
export async function emergencyEndCommand(context: CommandContext, options: ActOptions): Promise<ExitCode> {
  const actor = await actorOf(context, options);
  const { output } = context;
  const application = await opened(context);
  const { emergency, steps } = await endEmergency(actor, servicesOf(application));
  await lookNow(application);
  output.result({ emergency, steps }, () => stepTable(steps, output.paint).join('\n'));
  return told(context, steps, { missing: [], failed: [] });
}

function told(
  context: CommandContext,
  steps: EmergencyDone['steps'],
  { missing, failed }: Pick<EmergencyStatus, 'missing' | 'failed'>,
): ExitCode {
  const isDone = steps.every(({ done }) => done);
  if (!isDone)
    context.output.failure('not every step was done. Type the same command again once what failed is mended.');
  if (missing.length > 0)
    context.output.failure(`not heard by: ${missing.join(', ')}. They hear of it when they are back.`);
  if (failed.length > 0)
    context.output.failure(`handled badly by: ${failed.join(', ')}. Their dead letters say why: laneway dlq list`);
  return isDone && missing.length + failed.length === 0 ? EXIT.ok : EXIT.failed;
}

function measuresOf(
  { stopIntake, pauseChannel = [], drainAgent = [], resume = [] }: EmergencyStartOptions,
  model: TopologyModel,
): EmergencyMeasure[] {
  return [
    ...(stopIntake === true ? [{ kind: 'stop-intake' } as const] : []),
    ...pauseChannel.map((channel) => ({ kind: 'pause-channel', channel }) as const),
    ...drainAgent.map((agent) => ({ kind: 'drain-agent', agent }) as const),
    ...resume.map((name) => resumedByName(name, model)),
  ];
}

async function untilQuiet(application: DeployedApplication, wait: number): Promise<EmergencyStatus> {
  const end = application.clock.now() + wait;
  for (;;) {
    const status = await statusOf(application);
    if (status.isQuiet || application.clock.now() >= end) return status;
    await application.pause(LOOK_EVERY_MS);
  }
}

/** The roll-call by what the agents are doing now, and not a minute ago. */
async function statusOf(application: DeployedApplication): Promise<EmergencyStatus> {
  await lookNow(application);
  const { clock, conversations, emergencies, registry, topology } = application;
  return emergencyStatus({ clock, conversations, emergencies, registry, topology });
}

function shown({ emergency, inForce, rollCall, missing, failed, isQuiet, quietAfter }: EmergencyStatus) {
  return { ...emergency, inForce, rollCall, missing, failed, isQuiet, ...defined({ quietAfter }) };
}

function servicesOf(application: DeployedApplication): EmergencyServices {
  const { book, clock, deployment, emergencies, pauses, publishing, quarantines, registry, topology } = application;
  return {
    ...{ book, clock, emergencies, pauses, publishing, quarantines, registry, topology },
    confinementOf: (agent) => confinementOf({ kind: 'agent', name: agent }, topology.model, deployment, 'drain'),
  };
}

async function opened(context: CommandContext): Promise<DeployedApplication> {
  const { topology } = await context.operated();
  return openDeployed(topology);
}
