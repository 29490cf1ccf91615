import type { Handler } from 'aws-lambda';
import { DynamoCursorStore } from '../../../shared/aws/dynamo/dynamo-cursor-store.js';
import { DynamoDeliveryStore } from '../../../shared/aws/dynamo/dynamo-delivery-store.js';
import { DynamoLedgerReader } from '../../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { DynamoLedgerWriter } from '../../../shared/aws/dynamo/dynamo-ledger-writer.js';
import { DynamoPendingStore } from '../../../shared/aws/dynamo/dynamo-pending-store.js';
import { S3Archive } from '../../../shared/aws/s3/s3-archive.js';
import { SqsTimerQueue } from '../../../shared/aws/sqs/sqs-timer-queue.js';
import type { DeadLetterReason } from '../../../shared/domain/delivery/dead-letter.js';
import { required } from '../../../shared/domain/base/environment.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { countDeadLetter } from '../dead-letters/count-dead-letter.js';
import { platformFunction, publishingOf } from '../platform-function.js';
import { sweepDeep, type DeepSweepSummary } from '../../../shared/platform/supervision/sweep-deep.js';
import { sweep, type SweepSummary } from '../../../shared/platform/supervision/sweep.js';
import { countSweepFailures } from './count-sweep-failures.js';

/** Intents that one run looks at. */
const MOST_INTENTS = 5_000;
/** Time left for the last chunk, milliseconds. */
const RESERVE_MS = 10_000;

/** Input of an invocation by a schedule or by `laneway sweep`. */
interface SweepOrder {
  /** True: also looks through the archive for messages that handlers emitted and nobody took. @defaultValue false */
  readonly deep?: boolean;
}

/** The function that runs on two schedules, and as `laneway sweep [--deep]`; its result is the summary. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  return platformFunction<SweepOrder | undefined, SweepSummary | DeepSweepSummary>(
    topology,
    'sweeper',
    (surroundings) => {
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
        starts: workflows.starts,
        count: (receiver: string, reason: DeadLetterReason) => countDeadLetter(topology.name, receiver, reason),
      };
      const deep = {
        ...services,
        archive: new S3Archive(clients.s3, required('archiveBucket')),
        conversations: new DynamoLedgerReader(clients.documents, ledger, publishing.payloads),
      };
      return async (order, context) => {
        const stopAt = clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
        const summary =
          order?.deep === true
            ? await sweepDeep(deep, stopAt)
            : await sweep(services, { mostIntents: MOST_INTENTS, stopAt });
        if (summary.failed > 0) countSweepFailures(topology.name, summary.failed);
        return summary;
      };
    },
  );
}
