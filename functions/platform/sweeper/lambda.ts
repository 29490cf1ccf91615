import type { Handler } from 'aws-lambda';
import { DynamoCursorStore } from '../../../shared/aws/dynamo-cursor-store.js';
import { DynamoDeliveryStore } from '../../../shared/aws/dynamo-delivery-store.js';
import { DynamoLedgerWriter } from '../../../shared/aws/dynamo-ledger-writer.js';
import { DynamoPendingStore } from '../../../shared/aws/dynamo-pending-store.js';
import { SqsTimerQueue } from '../../../shared/aws/sqs-timer-queue.js';
import { jsonVariable, required } from '../../../shared/domain/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { countDeadLetter } from '../dead-letters/count-dead-letter.js';
import { platformFunction, publishingOf } from '../platform-function.js';
import { sweep, type SweepSummary } from '../../../shared/platform/sweep.js';

/** Intents that one run looks at. */
const MOST_INTENTS = 5_000;
/** Time left for the last chunk, milliseconds. */
const RESERVE_MS = 10_000;

/** The function that runs on a schedule, and as `laneway sweep`; its result is the summary. */
export function create(topology: Topology): Handler {
  return platformFunction<unknown, SweepSummary>(topology, 'sweeper', (surroundings) => {
    const { clients, clock, log } = surroundings;
    const publishing = publishingOf(surroundings, 'platform', 'sweeper');
    const ledger = required('ledgerTable');
    const pendingTable = required('pendingTable');
    const services = {
      topology,
      clock,
      log,
      publishing,
      senders: publishing.senders,
      intents: publishing.intents,
      payloads: publishing.payloads,
      deliveries: new DynamoDeliveryStore(clients.documents, ledger),
      ledger: new DynamoLedgerWriter(clients.documents, ledger),
      pending: new DynamoPendingStore(clients.documents, pendingTable),
      timers: new SqsTimerQueue(clients.sqs, required('timerQueue')),
      cursors: new DynamoCursorStore(clients.documents, pendingTable),
      starts: jsonVariable<string>('workflowStarts'),
      count: (receiver: string) => countDeadLetter(topology.name, receiver),
    };
    return (_event, context) =>
      sweep(services, {
        mostIntents: MOST_INTENTS,
        stopAt: clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS,
      });
  });
}
