import type { Handler } from 'aws-lambda';
import { SqsDeadLetterQueue } from '../../../shared/aws/sqs/sqs-dead-letter-queue.js';
import { required } from '../../../shared/domain/base/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { publishingOf, queueFunction } from '../platform-function.js';
import { takeEvent } from '../../../shared/platform/ingress/take-event.js';

/** The function behind the ingress queue: other systems' events become messages. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'ingress', (surroundings) => {
    const { clients, clock, log } = surroundings;
    const { payloads, ...publishing } = publishingOf(surroundings, 'ingress', 'ingress');
    const services = {
      topology,
      clock,
      log,
      deadLetters: new SqsDeadLetterQueue(clients.sqs, required('deadLetterQueue'), payloads),
      publishingAs: (name: string) => ({ ...publishing, payloads, name }),
    };
    return (copy) => takeEvent(copy, services);
  });
}
