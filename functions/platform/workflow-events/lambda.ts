import type { Handler } from 'aws-lambda';
import { executionFactsPort, openExecutionsPort, openPorts } from '../../../shared/aws/ports.js';
import type { QueuedCopy } from '../../../shared/platform/ingress/queued-copy.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { openTelling, queueFunction, type Surroundings } from '../platform-function.js';
import { reportCompletion } from '../../../shared/platform/workflows/report-completion.js';

/** The function behind the queue of execution status events: publishes in the conversation that its workflow ended. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  const compose = (surroundings: Surroundings) => {
    const services = {
      ...openTelling(surroundings, 'workflow-events'),
      ...openPorts(surroundings.names, executionFactsPort, openExecutionsPort),
      workflows: surroundings.names.machines(),
    };
    return ({ body }: QueuedCopy) => reportCompletion(body, services);
  };
  return queueFunction(topology, 'workflow-events', compose, workflows);
}
