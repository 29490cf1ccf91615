import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineArns } from '../../shared/aws/physical-names.js';
import { allPorts, openPorts } from '../../shared/aws/ports.js';
import { namesFromOutputs } from '../../shared/client/deployed-names.js';
import { findDeployment, type Deployment } from '../../shared/client/deployment.js';
import type { Ports } from '../../shared/domain/ports.js';
import { OPERATOR } from '../../shared/domain/wire/envelope.js';
import type { Publishing } from '../../shared/publishing/publish-message.js';
import { publisherOf } from '../../shared/publishing/publisher-of.js';
import type { Topology } from '../../shared/topology/topology.js';
import { tellAtEnd } from './passed-over.js';

/** A deployed application as operators work with it: its ports, and what acts through them. */
export interface DeployedApplication extends Ports {
  readonly topology: Topology;
  /** Outputs of its stacks. */
  readonly deployment: Deployment;
  /** Publishes as the operator. */
  readonly publishing: Publishing;
  /** The ports once more, for messages that go out under the names of their first publishers. */
  readonly senders: Ports;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/**
 * Opens a deployed application with the rights of whoever calls. Each port is made when it is first read, so that a command
 * needs only the outputs and rights of the ports that it uses.
 *
 * @param machines state machines by workflow, for the ports of workflows
 * @throws LanewayError NOT_FOUND when it is not deployed where the environment points
 */
export async function openDeployed(topology: Topology, machines?: MachineArns): Promise<DeployedApplication> {
  const deployment = await findDeployment(topology.name);
  const ports = openPorts(
    namesFromOutputs(topology.model, deployment, machines === undefined ? {} : { machines }),
    allPorts,
  );
  tellAtEnd(ports.unreadable);
  const publishing = publisherOf(topology, { kind: 'platform', name: OPERATOR }, ports);
  // Assigned to the ports themselves: a copy of them would make every adapter.
  return Object.assign(ports, { topology, deployment, publishing, senders: ports, pause: (ms: number) => sleep(ms) });
}
