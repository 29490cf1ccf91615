import type { MachineArns, NamedResource, PhysicalNames } from '../aws/physical-names.js';
import { LanewayError } from '../domain/base/errors.js';
import { ledgerWriters } from '../domain/evidence/ledger-writers.js';
import { outputKey } from '../topology/deployed/output-key.js';
import { laneKeysOf, type LaneUrls } from '../topology/mailbox-names.js';
import type { TopologyModel } from '../topology/model.js';
import { outputOf, type Deployment } from './deployment.js';

/** Outputs that name the resources of an application. Keys of seals and links are named to functions only. */
const OUTPUTS: Partial<Readonly<Record<NamedResource, string>>> = {
  bus: 'Bus',
  busArn: 'BusArn',
  ledgerTable: 'LedgerTable',
  pendingTable: 'PendingTable',
  approvalTable: 'PendingTable',
  quarantineTable: 'PendingTable',
  registryTable: 'RegistryTable',
  payloadBucket: 'PayloadBucket',
  archiveBucket: 'ArchiveBucket',
  sealBucket: 'SealBucket',
  timerQueue: 'TimerQueue',
};

/** Names that outputs hold for one agent, or not at all. */
export interface DeployedNamesOptions {
  /** Agent whose dead letter queue is meant. */
  readonly agent?: string;
  /** State machines by the name of the workflow: outputs have them by another spelling. */
  readonly machines?: MachineArns;
}

/**
 * Physical names by the outputs of a deployment's stacks; each is looked up when its resource is first used.
 * @param model topology whose lanes are sent to; a lane that is not deployed is left out
 */
export function namesFromOutputs(
  model: DeployedModel,
  deployment: Deployment,
  { agent, machines }: DeployedNamesOptions = {},
): PhysicalNames {
  const key = (resource: NamedResource): string | undefined =>
    resource === 'deadLetterQueue' ? agent && outputKey('DeadLetters', agent) : OUTPUTS[resource];
  return {
    has: (resource) => deployment[key(resource) ?? ''] !== undefined,
    of: (resource) => {
      const output = key(resource);
      if (output !== undefined) return outputOf(deployment, output);
      throw new LanewayError('NOT_FOUND', `the outputs of the stacks do not name the resource '${resource}'`, {
        help: ['only functions of the platform work with it, and have its name in their environment'],
      });
    },
    lanes: () => lanesOf(model, deployment),
    writers: () => ledgerWriters(model),
    terms: () => model,
    machines: () => {
      if (machines !== undefined) return machines;
      throw new LanewayError('NOT_FOUND', 'the state machines of the deployment have not been looked up', {
        help: ['look them up before opening the port: deployedWorkflows'],
      });
    },
  };
}

/** Parts of a topology's model from which names of its resources follow. */
type DeployedModel = Pick<TopologyModel, 'agents' | 'channels' | 'clients' | 'heartbeat' | 'ingress'>;

function lanesOf(model: DeployedModel, deployment: Deployment): LaneUrls {
  return Object.fromEntries(
    Object.keys(model.agents).map((id) => {
      const urls = laneKeysOf(model, id).flatMap((lane) => {
        const url = deployment[outputKey('Lane', id, lane)];
        return url === undefined ? [] : [[lane, url] as const];
      });
      return [id, Object.fromEntries(urls)];
    }),
  );
}
