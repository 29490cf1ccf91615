import type { Handler } from 'aws-lambda';
import { DynamoDeliveryStore } from '../../../shared/aws/dynamo/dynamo-delivery-store.js';
import { SqsDeadLetterQueue } from '../../../shared/aws/sqs/sqs-dead-letter-queue.js';
import { SqsTimerQueue } from '../../../shared/aws/sqs/sqs-timer-queue.js';
import { required } from '../../../shared/domain/base/environment.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { countRung } from '../count-rung.js';
import { queueFunction } from '../platform-function.js';
import { tellServicesOf } from '../tell-services.js';
import { closeRequest } from '../../../shared/platform/requests/close-request.js';

/** The function behind the queue `replies`: closes requests and resumes workflows. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  return queueFunction(topology, 'replies', (surroundings) => {
    const { clients, clock } = surroundings;
    const tell = tellServicesOf(surroundings, 'replies');
    const services = {
      ...tell,
      clock,
      awaited: workflows.awaited,
      timers: new SqsTimerQueue(clients.sqs, required('timerQueue')),
      countRung: (rung: string) => countRung(topology.name, rung),
      deliveries: new DynamoDeliveryStore(clients.documents, required('ledgerTable')),
      deadLetters: new SqsDeadLetterQueue(clients.sqs, required('deadLetterQueue'), tell.payloads),
    };
    return (copy) => closeRequest(copy, services);
  });
}
