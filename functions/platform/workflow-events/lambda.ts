import type { Handler } from 'aws-lambda';
import { SfnExecutionReader } from '../../../shared/aws/sfn-execution-reader.js';
import { jsonVariable } from '../../../shared/domain/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { queueFunction } from '../platform-function.js';
import { tellServicesOf } from '../tell-services.js';
import { reportCompletion } from '../../../shared/platform/report-completion.js';

/** The function behind the queue of execution status events: tells the conversation that its workflow ended. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'workflow-events', (surroundings) => {
    const services = {
      ...tellServicesOf(surroundings, 'workflow-events'),
      executions: new SfnExecutionReader(surroundings.clients.sfn),
      workflows: jsonVariable<string>('workflows'),
    };
    return ({ body }) => reportCompletion(body, services);
  });
}
