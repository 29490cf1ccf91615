import type { ConfinedPlace } from '../../../shared/aws/iam/iam-confinement.js';
import { confinementAt } from '../../../shared/aws/process-ports.js';
import { outputOf, type Deployment } from '../../../shared/client/deployment.js';
import type { Confinement } from '../../../shared/domain/quarantine/confinement.js';
import type { Party } from '../../../shared/domain/quarantine/quarantine.js';
import { outputKey } from '../../../shared/topology/deployed/output-key.js';
import { EMERGENCY_LANE, hasEmergencies } from '../../../shared/topology/emergency/emergency-channel.js';
import { laneKeysOf } from '../../../shared/topology/mailbox-names.js';
import type { TopologyModel } from '../../../shared/topology/model.js';

/** Means for a party that the topology does not have any more: nothing of it is left to be cut off, or given back. */
const NOT_DEPLOYED: Confinement = {
  deny: () => Promise.resolve(GONE),
  allow: () => Promise.resolve(GONE),
  pause: () => Promise.resolve(GONE),
  resume: () => Promise.resolve(GONE),
  keep: () => Promise.resolve(GONE),
  keepAsBefore: () => Promise.resolve(GONE),
  gaps: () => Promise.resolve([]),
};
const GONE = 'it is not deployed any more';

/**
 * Means by which a party of a deployment is cut off.
 * @param how a drain leaves an agent the lane by which it hears of emergencies. Its end gives back every lane, as a quarantine may have
 * taken that one too
 * @throws LanewayError NOT_FOUND
 */
export function confinementOf(
  party: Party,
  model: TopologyModel,
  deployment: Deployment,
  how: 'quarantine' | 'drain' = 'quarantine',
): Confinement {
  if (!isDeclared(party, model)) return NOT_DEPLOYED;
  const whole = confinementAt(confinedPlace(party, model, deployment));
  if (how === 'quarantine' || party.kind !== 'agent' || !hasEmergencies(model)) return whole;
  const drained = confinementAt(drainedPlace(party.name, model, deployment));
  return {
    ...{ deny: () => whole.deny(), allow: () => whole.allow(), gaps: () => whole.gaps() },
    ...{ keep: () => whole.keep(), keepAsBefore: () => whole.keepAsBefore() },
    ...{ pause: () => drained.pause(), resume: () => whole.resume() },
  };
}

/** Means for the lane alone by which an agent hears of emergencies; undefined where there is none. @throws LanewayError NOT_FOUND */
export function emergencyLaneOf(
  party: Party,
  model: TopologyModel,
  deployment: Deployment,
): Pick<Confinement, 'resume'> | undefined {
  if (party.kind !== 'agent' || !isDeclared(party, model) || !hasEmergencies(model)) return undefined;
  const lane = deployment[outputKey('Lane', party.name, EMERGENCY_LANE)];
  return lane === undefined ? undefined : confinementAt({ ...confinedPlace(party, model, deployment), lanes: [lane] });
}

function isDeclared({ kind, name }: Party, { agents, clients, ingress }: TopologyModel): boolean {
  return Object.hasOwn({ agent: agents, client: clients, ingress }[kind], name);
}

/** The parts of an agent that a drain has nobody receive from. @throws LanewayError NOT_FOUND */
function drainedPlace(agent: string, model: TopologyModel, deployment: Deployment): ConfinedPlace {
  const place = confinedPlace({ kind: 'agent', name: agent }, model, deployment);
  const emergencies = deployment[outputKey('Lane', agent, EMERGENCY_LANE)];
  return { ...place, lanes: place.lanes.filter((lane) => lane !== emergencies) };
}

/** Shortest beginning of queue names that is taken for the stack's own. */
const SHORTEST_PREFIX = 4;

/** The parts of a deployment that belong to a party, by the outputs of its stacks. @throws LanewayError NOT_FOUND */
export function confinedPlace({ kind, name }: Party, model: TopologyModel, deployment: Deployment): ConfinedPlace {
  const application = applicationArns(deployment);
  const none = { application, lanes: [] };
  if (kind === 'client') return { ...none, policyArn: outputOf(deployment, outputKey('Client', name, 'Policy')) };
  if (kind === 'ingress') {
    const policyArn = outputOf(deployment, outputKey('Ingress', name, 'Policy'));
    return { ...none, policyArn, queuesOf: outputOf(deployment, outputKey('PlatformFunction', 'ingress')) };
  }
  const agent = model.agents[name];
  // Those of direct channels as well: what comes there waits, too.
  const lanes = laneKeysOf(model, name).flatMap((lane) => deployment[outputKey('Lane', name, lane)] ?? []);
  if (agent?.runs === 'worker')
    return { application, lanes, policyArn: outputOf(deployment, outputKey('WorkerPolicy', name)) };
  return { application, lanes, functionName: outputOf(deployment, outputKey('Function', name)) };
}

/** ARNs of the bus, the tables, the payloads and the queues. */
function applicationArns(deployment: Deployment): string[] {
  const bus = outputOf(deployment, 'BusArn');
  const [, partition = '', , region = '', account = ''] = bus.split(':');
  const inRegion = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const names = ['LedgerTable', 'PendingTable'].map((key) => outputOf(deployment, key));
  const { RegistryTable: registry } = deployment;
  const tables = [...names, ...(registry === undefined ? [] : [registry])].map((name) =>
    inRegion('dynamodb', `table/${name}`),
  );
  const bucket = `arn:${partition}:s3:::${outputOf(deployment, 'PayloadBucket')}`;
  return [
    bus,
    ...tables.flatMap((table) => [table, `${table}/*`]),
    ...[bucket, `${bucket}/*`],
    inRegion('sqs', `${queuePrefix(deployment)}*`),
  ];
}

/** Beginning that the names of all queues share: one stack has them, and names of many would not fit into a policy. */
function queuePrefix(deployment: Deployment): string {
  const names = Object.entries(deployment).flatMap(([key, value]) =>
    /^(Lane|DeadLetters|TimerQueue)/.test(key) && value.includes('/') ? [value.slice(value.lastIndexOf('/') + 1)] : [],
  );
  const [first = '', ...others] = names;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return length < SHORTEST_PREFIX ? '' : first.slice(0, length);
}
