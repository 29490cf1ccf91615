import type { Handler } from 'aws-lambda';
import {
  archivePort,
  conversationsPort,
  cursorsPort,
  deliveriesPort,
  ledgerPort,
  openPorts,
  pausesPort,
  quarantinesPort,
  requestPorts,
  unreadablePort,
} from '../../../shared/aws/ports.js';
import type { DeadLetterReason } from '../../../shared/domain/delivery/dead-letter.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { countDeadLetter } from '../dead-letters/count-dead-letter.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import { openPublisher, platformFunction } from '../platform-function.js';
import {
  deepLag,
  goOnDeep,
  sweepDeep,
  type DeepSweepSummary,
} from '../../../shared/platform/supervision/sweep-deep.js';
import { sweep, type SweepSummary } from '../../../shared/platform/supervision/sweep.js';
import { countUnreadableRows } from '../count-unreadable-rows.js';
import { countSweepFailures, countUnsentOutcomes } from './count-sweep-failures.js';
import { countSweepLag } from './count-sweep-lag.js';

/** Time left for the last chunk, milliseconds. */
const RESERVE_MS = 10_000;

/** Input of an invocation by a schedule or by `laneway sweep`. */
interface SweepOrder {
  /** True: also looks through the archive for messages that handlers emitted and nobody took. @defaultValue false */
  readonly deep?: boolean;
}

/** The function that runs on two schedules, and as `laneway sweep [--deep]`; its result is the summary. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  return platformFunction<SweepOrder | undefined, SweepSummary | DeepSweepSummary | undefined>(
    topology,
    'sweeper',
    ({ names, log }) => {
      const ports = {
        ...openPublisher(names),
        ...openPorts(
          names,
          requestPorts,
          deliveriesPort,
          ledgerPort,
          cursorsPort,
          archivePort,
          conversationsPort,
          unreadablePort,
          quarantinesPort,
          pausesPort,
        ),
      };
      const services = {
        ...ports,
        topology,
        log,
        publishing: publisherOf(topology, { kind: 'platform', name: 'sweeper' }, ports),
        senders: ports,
        ...workflows,
        count: (receiver: string, reason: DeadLetterReason) => countDeadLetter(topology.name, receiver, reason),
      };
      return async (order, context) => {
        const stopAt = ports.clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
        const deep = order?.deep === true ? await sweepDeep(services, stopAt) : undefined;
        const due = deep === undefined ? await sweep(services, { stopAt }) : undefined;
        if (due) countSweepLag(topology.name, 'SweepLag', due.lag);
        // Time that is left serves a deep sweep that came to the end of its own.
        const more = due?.complete === true ? await goOnDeep(services, stopAt) : undefined;
        countSweepLag(topology.name, 'DeepSweepLag', await deepLag(services));
        const failed = [deep, due, more].reduce((sum, summary) => sum + (summary?.failed ?? 0), 0);
        if (failed > 0) countSweepFailures(topology.name, failed);
        if (due && due.unreadable > 0) countUnreadableRows(topology.name, 'requests', due.unreadable);
        if (due && due.unsent > 0) countUnsentOutcomes(topology.name, due.unsent);
        return deep ?? due;
      };
    },
  );
}
