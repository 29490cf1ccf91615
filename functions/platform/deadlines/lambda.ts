import type { Handler } from 'aws-lambda';
import { DynamoDeadLetterBook } from '../../../shared/aws/dynamo/dynamo-dead-letter-book.js';
import { SqsTimerQueue } from '../../../shared/aws/sqs/sqs-timer-queue.js';
import { required } from '../../../shared/domain/base/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { linksOf } from '../approval-links.js';
import { countRung } from '../count-rung.js';
import { queueFunction } from '../platform-function.js';
import { tellServicesOf } from '../tell-services.js';
import { fireTimer, parseTimer } from '../../../shared/platform/requests/fire-timer.js';

/** The function behind the queue of timers: escalates or ends requests whose time is over. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'deadlines', (surroundings) => {
    const { clients, clock } = surroundings;
    const services = {
      ...tellServicesOf(surroundings, 'deadlines'),
      clock,
      book: new DynamoDeadLetterBook(clients.documents, required('ledgerTable')),
      timers: new SqsTimerQueue(clients.sqs, required('timerQueue')),
      countRung: (rung: string) => countRung(topology.name, rung),
      approvalLinks: linksOf(surroundings),
    };
    return (copy) => fireTimer(parseTimer(copy.body), services);
  });
}
