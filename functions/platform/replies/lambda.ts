import type { Handler } from 'aws-lambda';
import { DynamoPendingStore } from '../../../shared/aws/dynamo-pending-store.js';
import { SqsDeadLetterQueue } from '../../../shared/aws/sqs-dead-letter-queue.js';
import { required } from '../../../shared/domain/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { queueFunction } from '../platform-function.js';
import { tellServicesOf } from '../tell-services.js';
import { closeRequest } from '../../../shared/platform/close-request.js';

/** The function behind the queue `replies`: closes requests and resumes workflows. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'replies', (surroundings) => {
    const { clients, clock } = surroundings;
    const tell = tellServicesOf(surroundings);
    const services = {
      ...tell,
      clock,
      pending: new DynamoPendingStore(clients.documents, required('pendingTable')),
      deadLetters: new SqsDeadLetterQueue(clients.sqs, required('deadLetterQueue'), tell.payloads),
    };
    return (copy) => closeRequest(copy, services);
  });
}
