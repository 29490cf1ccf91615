import { outputOf } from '../../../shared/client/deployment.js';
import { summarizeError } from '../../../shared/domain/base/errors.js';
import { partyName, type Party } from '../../../shared/domain/quarantine/quarantine.js';
import {
  partyOf,
  presentQuarantines,
  quarantineParty,
  releaseParty,
  type Quarantined,
  type QuarantineServices,
} from '../../../shared/operator/quarantine/quarantine.js';
import type { CommandContext } from '../../context/command-context.js';
import { EXIT, type ExitCode } from '../../context/exit-codes.js';
import { invokeFunction } from '../../context/invoke-function.js';
import { openDeployed, type DeployedApplication } from '../../context/open-deployed.js';
import { quarantineTable, stepTable } from '../../render/operators/quarantines.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';
import { confinementOf, emergencyLaneOf } from './confined-place.js';

/**
 * Cuts a party off, and has the sweeper move on the requests that wait for it. What was done is shown step by step.
 * @returns 1 when a step failed: the same command completes it
 * @throws LanewayError NOT_FOUND, INVALID_OPTION
 */
export async function quarantineBeginCommand(
  context: CommandContext,
  name: string,
  options: ActOptions,
): Promise<ExitCode> {
  const actor = await actorOf(context, options);
  return confining(context, name, async (party, services, sweeper) => {
    const done = await quarantineParty(party, actor, services);
    if (party.kind !== 'agent') return done;
    return { ...done, steps: [...done.steps, await sweepNow(sweeper)] };
  });
}

/**
 * Ends a quarantine. What was done is shown step by step.
 * @returns 1 when a step failed: the same command completes it
 * @throws LanewayError NOT_FOUND, INVALID_OPTION
 */
export async function quarantineReleaseCommand(
  context: CommandContext,
  name: string,
  options: ActOptions,
): Promise<ExitCode> {
  const actor = await actorOf(context, options);
  return confining(context, name, (party, services) => releaseParty(party, actor, services));
}

/** Everybody who is cut off, the latest first. */
export async function quarantineListCommand(context: CommandContext): Promise<void> {
  const { topology } = await context.operated();
  const present = await presentQuarantines(await openDeployed(topology));
  context.output.result(present, () => quarantineTable(topology.name, present, context.output.paint).join('\n'));
}

type Shown = Pick<Quarantined, 'quarantine'> & {
  readonly steps: readonly { readonly step: string; readonly told: string; readonly done: boolean }[];
};

async function confining(
  context: CommandContext,
  name: string,
  act: (party: Party, services: QuarantineServices, sweeper: string) => Promise<Shown>,
): Promise<ExitCode> {
  const { output } = context;
  const { topology } = await context.operated();
  const application = await openDeployed(topology);
  const party = (await removedParty(name, application)) ?? partyOf(name, topology.model);
  const { book, clock, deployment, quarantines } = application;
  const confinement = confinementOf(party, topology.model, deployment);
  // What was deployed before there were drains has none.
  const drains = deployment['RegistryTable'] === undefined ? {} : { registry: application.registry };
  const emergencyLane = emergencyLaneOf(party, topology.model, deployment);
  const services = { book, clock, confinement, quarantines, emergencyLane, ...drains };
  const { quarantine, steps } = await act(party, services, outputOf(deployment, 'SweeperFunction'));
  output.result({ ...quarantine, steps }, () => stepTable(steps, output.paint).join('\n'));
  if (steps.every(({ done }) => done)) return EXIT.ok;
  output.failure(
    `${partyName(party)}: not every step was done. Type the same command again once what failed is mended.`,
  );
  return EXIT.failed;
}

/** A party that is in quarantine under that name, and that the topology does not have any more. */
async function removedParty(
  name: string,
  { quarantines, topology }: Pick<DeployedApplication, 'quarantines' | 'topology'>,
): Promise<Party | undefined> {
  const { agents, clients, ingress } = topology.model;
  const known = { agent: agents, client: clients, ingress };
  return (await presentQuarantines({ quarantines })).find(
    (one) => [one.name, partyName(one)].includes(name) && !Object.hasOwn(known[one.kind], one.name),
  );
}

/** Requests move on now, and not with the next run of the schedule. */
async function sweepNow(sweeper: string): Promise<Shown['steps'][number]> {
  const step = 'requests';
  try {
    const summary = await invokeFunction(sweeper, { deep: false });
    const { movedOn = 0 } = (summary ?? {}) as { readonly movedOn?: number };
    return { step, told: `${movedOn} that waited for it move on`, done: true };
  } catch (error) {
    return { step, told: `the next sweep moves them on: ${summarizeError(error).message}`, done: false };
  }
}
