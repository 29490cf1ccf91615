import type { Handler } from 'aws-lambda';
import { deadLettersPort, deliveriesPort, openPorts, registryPort } from '../../../shared/aws/ports.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { countRung } from '../count-rung.js';
import { openTelling, queueFunction } from '../platform-function.js';
import { closeRequest } from '../../../shared/platform/requests/close-request.js';

/** The function behind the queue `replies`: closes requests and resumes workflows. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  return queueFunction(topology, 'replies', (surroundings) => {
    const services = {
      ...openTelling(surroundings, 'replies'),
      ...openPorts(surroundings.names, deliveriesPort, deadLettersPort, registryPort),
      awaited: workflows.awaited,
      countRung: (rung: string) => countRung(topology.name, rung),
    };
    return (copy) => closeRequest(copy, services);
  });
}
