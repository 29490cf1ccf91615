import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, Handler, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Log } from '../../shared/agent/context.js';
import { logOver } from '../../shared/aws/base/powertools-log.js';
import { lanesFromEnvironment, namesFromEnvironment, type PhysicalNames } from '../../shared/aws/physical-names.js';
import {
  openPorts,
  unreadableOf,
  publisherPorts,
  receiptsByArn,
  requestPorts,
  requestPortsOf,
  waiterPorts,
} from '../../shared/aws/ports.js';
import { requiredJson } from '../../shared/domain/base/environment.js';
import { ledgerWriters } from '../../shared/domain/evidence/ledger-writers.js';
import type { StoredKind } from '../../shared/domain/form/passed-over.js';
import type { QueuedCopy } from '../../shared/platform/ingress/queued-copy.js';
import {
  machineArns,
  NO_WORKFLOWS,
  type DeployedWorkflows,
  type MachineNaming,
} from '../../shared/platform/workflows/deployed-workflows.js';
import { publisherOf } from '../../shared/publishing/publisher-of.js';
import type { Topology } from '../../shared/topology/topology.js';
import { countUnreadableRows, type UnreadableTable } from './count-unreadable-rows.js';
import { beat } from './heartbeat.js';
import { eachRecord, type ComeAgain, type ComesAt } from './sqs-batch.js';

/** Topology, log and names of resources from which every platform function is composed. */
export interface Surroundings {
  readonly topology: Topology;
  readonly log: Log;
  /** Names by the environment contract. */
  readonly names: PhysicalNames;
}

/** Handles one event; made once a process and kept for all later events. */
export type EventHandler<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/**
 * A platform function: composed at its first invocation from the environment contract, then kept. Logs carry the
 * function's name and the request, never payloads or task tokens.
 *
 * @param compose makes the invocation; what it throws fails that invocation, and the next one tries again
 * @param workflows those whose state machines it works with
 */
export function platformFunction<Event, Result>(
  topology: Topology,
  name: string,
  compose: (surroundings: Surroundings) => EventHandler<Event, Result>,
  workflows: DeployedWorkflows = NO_WORKFLOWS,
): Handler<Event, Result> {
  const logger = new Logger({ serviceName: `${topology.name}.platform.${name}` });
  const log = logOver(logger);
  const names = namesFromEnvironment({
    lanes: () => lanesFromEnvironment(topology.model),
    writers: () => ledgerWriters(topology.model),
    machines: () => machineArns(workflows, requiredJson<MachineNaming>('workflows', process.env)),
  });
  let invocation: EventHandler<Event, Result> | undefined;
  const handle = async (event: Event, context: Context): Promise<Result> => {
    const began = Date.now();
    invocation ??= compose({ topology, log, names });
    let result: Result;
    try {
      result = await invocation(event, context);
    } finally {
      tellUnreadable(topology.name, names, log);
    }
    // One line for every invocation, whatever its parts say.
    log.info('invoked', { ms: Date.now() - began });
    // A run that threw has none: an alarm rises on the silence.
    beat(topology.name, name, event);
    return result;
  };
  // middy's own types leave the result open to what a middleware may make of it; ours make nothing of it.
  const wrapped: unknown = middy<Event, Result>().use(injectLambdaContext(logger)).handler(handle);
  return wrapped as Handler<Event, Result>;
}

/**
 * A platform function behind a queue: every record by itself, partial batch response. A record that is to come again at an
 * instant, milliseconds since 1970, stays in its queue until then.
 */
export function queueFunction(
  topology: Topology,
  name: string,
  compose: (surroundings: Surroundings) => (copy: QueuedCopy, context: Context) => Promise<ComesAt>,
  workflows?: DeployedWorkflows,
): Handler<SQSEvent, SQSBatchResponse> {
  const composeBatch = (surroundings: Surroundings): EventHandler<SQSEvent, SQSBatchResponse> => {
    const handle = compose(surroundings);
    const comeAgain = comingAgain();
    return (event, context) =>
      eachRecord(
        event.Records,
        surroundings.log,
        ({ messageId: copy, body, attributes }) =>
          handle({ copy, body, receives: Number(attributes.ApproximateReceiveCount) || 1 }, context),
        comeAgain,
      );
  };
  return platformFunction(topology, name, composeBatch, workflows);
}

/** Tables by the kinds of things that nobody else counts: rows of the ledger and requests are counted by those who go over all of them. */
const COUNTED_HERE: Readonly<Partial<Record<StoredKind, UnreadableTable>>> = {
  compensation: 'requests',
  'head of a chain': 'ledger',
  seal: 'ledger',
};

/** Tells in the log what an invocation could not read and has passed over, and counts what nobody else does. */
function tellUnreadable(application: string, names: PhysicalNames, log: Log): void {
  const { rows, more } = unreadableOf(names).take();
  for (const table of ['ledger', 'requests'] as const) {
    const counted = rows.filter(({ kind }) => COUNTED_HERE[kind] === table).length;
    if (counted > 0) countUnreadableRows(application, table, counted);
  }
  for (const row of rows) log.warn('a row that cannot be read was passed over', { ...row });
  if (more > 0) log.warn('further rows that cannot be read were passed over', { more });
}

/** Brings the visibility of a failed record down. */
export function comingAgain(): ComeAgain {
  const receiptsOf = receiptsByArn();
  return async ({ eventSourceARN, receiptHandle }, seconds) => {
    const receipts = await receiptsOf(eventSourceARN);
    await receipts.setVisibility([{ receipt: receiptHandle, seconds }]);
  };
}

/** Ports with which a platform function publishes; those of requests where it was given their table. */
export function openPublisher(names: PhysicalNames) {
  // Copied, so that a name that is missing is met at the first invocation.
  return { ...openPorts(names, publisherPorts), ...requestPortsOf(names) };
}

/** Services that tell the waiter of a request how it ended. @param name platform function that tells; it stands in sources */
export function openTelling({ topology, log, names }: Surroundings, name: string) {
  const ports = { ...openPublisher(names), ...openPorts(names, requestPorts, waiterPorts) };
  return { ...ports, topology, log, publishing: publisherOf(topology, { kind: 'platform', name }, ports) };
}
