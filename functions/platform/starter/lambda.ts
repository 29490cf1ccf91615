import type { Handler } from 'aws-lambda';
import { DynamoDeliveryStore } from '../../../shared/aws/dynamo/dynamo-delivery-store.js';
import { SfnStarter } from '../../../shared/aws/step-functions/sfn-starter.js';
import { SqsDeadLetterQueue } from '../../../shared/aws/sqs/sqs-dead-letter-queue.js';
import { required, requiredJson } from '../../../shared/domain/base/environment.js';
import {
  machineArns,
  NO_WORKFLOWS,
  type DeployedWorkflows,
  type MachineNaming,
} from '../../../shared/platform/workflows/deployed-workflows.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { publishingOf, queueFunction } from '../platform-function.js';
import { startWorkflows } from '../../../shared/platform/workflows/start-workflow.js';

/** The function behind the queue `starts`: starts the workflows that a message starts. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  return queueFunction(topology, 'starter', (surroundings) => {
    const { clients, clock, log } = surroundings;
    const publishing = publishingOf(surroundings, 'platform', 'starter');
    const services = {
      topology,
      clock,
      log,
      publishing,
      payloads: publishing.payloads,
      deliveries: new DynamoDeliveryStore(clients.documents, required('ledgerTable')),
      deadLetters: new SqsDeadLetterQueue(clients.sqs, required('deadLetterQueue'), publishing.payloads),
      starter: new SfnStarter(clients.sfn, machineArns(workflows, requiredJson<MachineNaming>('workflows'))),
      starts: workflows.starts,
    };
    return (copy, context) => startWorkflows(copy, clock.now() + context.getRemainingTimeInMillis(), services);
  });
}
