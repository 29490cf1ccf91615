import type { Handler, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { DynamoDeliveryStore } from '../../../shared/aws/dynamo-delivery-store.js';
import { DynamoLedgerWriter } from '../../../shared/aws/dynamo-ledger-writer.js';
import { RETURNS_ATTRIBUTE, SqsLaneReturns } from '../../../shared/aws/sqs-lane-returns.js';
import type { DeadLetterReason } from '../../../shared/domain/dead-letter.js';
import { jsonVariable, required } from '../../../shared/domain/environment.js';
import { LanewayError } from '../../../shared/domain/errors.js';
import type { Priority } from '../../../shared/domain/priority.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { comingAgain, platformFunction, publishingOf } from '../platform-function.js';
import { eachRecord } from '../sqs-batch.js';
import type { BuriedCopy, Origin } from '../../../shared/platform/buried.js';
import { countDeadLetter } from './count-dead-letter.js';
import { drainCopy } from '../../../shared/platform/drain-copy.js';

/** The function behind every dead letter queue: the drain. */
export function create(topology: Topology): Handler {
  return platformFunction<SQSEvent, SQSBatchResponse>(topology, 'dead-letters', (surroundings) => {
    const { clients, clock, log } = surroundings;
    const publishing = publishingOf(surroundings, 'platform', 'dead-letters');
    const ledger = required('ledgerTable');
    const lanes = jsonVariable<Partial<Record<Priority, string>>>('lanes');
    const services = {
      topology,
      clock,
      log,
      publishing,
      lanes,
      payloads: publishing.payloads,
      deliveries: new DynamoDeliveryStore(clients.documents, ledger),
      ledger: new DynamoLedgerWriter(clients.documents, ledger),
      returns: new SqsLaneReturns(clients.sqs, lanes),
      starts: jsonVariable<string>('workflowStarts'),
      count: (receiver: string, reason: DeadLetterReason) => countDeadLetter(topology.name, receiver, reason),
    };
    const comeAgain = comingAgain(clients);
    const origins = jsonVariable<Origin>('deadLetterQueues');
    return (event) =>
      eachRecord(event.Records, log, (record) => drainCopy(buriedOf(record, origins), services), comeAgain);
  });
}

function buriedOf(record: SQSRecord, origins: Readonly<Record<string, Origin>>): BuriedCopy {
  const origin = Object.hasOwn(origins, record.eventSourceARN) ? origins[record.eventSourceARN] : undefined;
  if (!origin) {
    throw new LanewayError('CONFIGURATION', `'${record.eventSourceARN}' is no dead letter queue of this application`, {
      help: [`known (LANEWAY_DLQS): ${Object.keys(origins).join(', ') || '(none)'}`],
    });
  }
  const attributes = Object.entries(record.messageAttributes).flatMap(([name, { stringValue }]) =>
    stringValue === undefined ? [] : [[name, stringValue] as const],
  );
  const byName = Object.fromEntries(attributes);
  return {
    copy: record.messageId,
    body: record.body,
    origin,
    attributes: byName,
    returns: Number(byName[RETURNS_ATTRIBUTE] ?? 0),
  };
}
