import type { Handler } from 'aws-lambda';
import { SfnExecutionReader } from '../../../shared/aws/sfn-execution-reader.js';
import { jsonVariable } from '../../../shared/domain/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { publishingOf, queueFunction } from '../platform-function.js';
import { reportCompletion } from '../../../shared/platform/report-completion.js';

/** The function behind the queue of execution status events: tells the conversation that its workflow ended. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'workflow-events', (surroundings) => {
    const services = {
      log: surroundings.log,
      executions: new SfnExecutionReader(surroundings.clients.sfn),
      publishing: publishingOf(surroundings, 'platform', 'workflow-events'),
      workflows: jsonVariable<string>('workflows'),
    };
    return ({ body }) => reportCompletion(body, services);
  });
}
