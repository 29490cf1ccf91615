import type { Handler } from 'aws-lambda';
import { DynamoPendingStore } from '../../../shared/aws/dynamo-pending-store.js';
import { SqsTimerQueue } from '../../../shared/aws/sqs-timer-queue.js';
import { required } from '../../../shared/domain/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { publishingOf, queueFunction } from '../platform-function.js';
import { tellServicesOf } from '../tell-services.js';
import { fireTimer, parseTimer } from '../../../shared/platform/fire-timer.js';

/** The function behind the queue of timers: ends requests whose deadline has passed. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'deadlines', (surroundings) => {
    const { clients, clock } = surroundings;
    const services = {
      ...tellServicesOf(surroundings),
      clock,
      pending: new DynamoPendingStore(clients.documents, required('pendingTable')),
      timers: new SqsTimerQueue(clients.sqs, required('timerQueue')),
      publishing: publishingOf(surroundings, 'platform', 'deadlines'),
    };
    return (copy) => fireTimer(parseTimer(copy.body), services);
  });
}
