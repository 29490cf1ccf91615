import type { Handler } from 'aws-lambda';
import { SfnExecutionReader } from '../../../shared/aws/step-functions/sfn-execution-reader.js';
import { requiredJson } from '../../../shared/domain/base/environment.js';
import {
  machineArns,
  NO_WORKFLOWS,
  type DeployedWorkflows,
  type MachineNaming,
} from '../../../shared/platform/workflows/deployed-workflows.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { queueFunction } from '../platform-function.js';
import { tellServicesOf } from '../tell-services.js';
import { reportCompletion } from '../../../shared/platform/workflows/report-completion.js';

/** The function behind the queue of execution status events: publishes in the conversation that its workflow ended. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  return queueFunction(topology, 'workflow-events', (surroundings) => {
    const services = {
      ...tellServicesOf(surroundings, 'workflow-events'),
      executions: new SfnExecutionReader(surroundings.clients.sfn),
      workflows: machineArns(workflows, requiredJson<MachineNaming>('workflows')),
    };
    return ({ body }) => reportCompletion(body, services);
  });
}
