import type { Handler, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { DynamoDeliveryStore } from '../../../shared/aws/dynamo/dynamo-delivery-store.js';
import { DynamoLedgerWriter } from '../../../shared/aws/dynamo/dynamo-ledger-writer.js';
import { RETURNS_ATTRIBUTE, SqsLaneReturns } from '../../../shared/aws/sqs/sqs-lane-returns.js';
import type { DeadLetterReason } from '../../../shared/domain/delivery/dead-letter.js';
import { jsonVariable, required, requiredJson } from '../../../shared/domain/base/environment.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import { deadLettersName, laneUrlsOf, type MailboxNaming } from '../../../shared/topology/mailbox-names.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { comingAgain, platformFunction, publishingOf } from '../platform-function.js';
import { eachRecord } from '../sqs-batch.js';
import type { DeadCopy, Origin } from '../../../shared/platform/dead-letters/dead-copy.js';
import { countDeadLetter } from './count-dead-letter.js';
import { drainCopy } from '../../../shared/platform/dead-letters/drain-copy.js';

/** The function behind every dead letter queue: the drain. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  return platformFunction<SQSEvent, SQSBatchResponse>(topology, 'dead-letters', (surroundings) => {
    const { clients, clock, log } = surroundings;
    const publishing = publishingOf(surroundings, 'platform', 'dead-letters');
    const ledger = required('ledgerTable');
    const mailboxes = requiredJson<MailboxNaming>('mailboxes');
    const lanes = laneUrlsOf(topology.model, mailboxes);
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
      starts: workflows.starts,
      count: (receiver: string, reason: DeadLetterReason) => countDeadLetter(topology.name, receiver, reason),
    };
    const comeAgain = comingAgain(clients);
    const originOf = originsOf(topology, mailboxes);
    return (event) =>
      eachRecord(
        event.Records,
        log,
        (record) => drainCopy(deadCopyOf(record, originOf(record.eventSourceARN)), services),
        comeAgain,
      );
  });
}

/** Finds the kind and owner of a queue's messages: of the platform's own queues by ARN, of mailboxes by their names. */
function originsOf({ model }: Topology, { prefix }: MailboxNaming): (arn: string) => Origin {
  const known = new Map<string, Origin>(Object.entries(jsonVariable<Origin>('deadLetterQueues')));
  for (const receiver of Object.keys(model.agents))
    known.set(deadLettersName(prefix, receiver), { kind: 'mailbox', receiver });
  return (arn) => {
    const origin = known.get(arn) ?? known.get(arn.split(':').at(-1) ?? '');
    if (origin) return origin;
    throw new LanewayError('CONFIGURATION', `'${arn}' is no dead letter queue of this application`, {
      help: [`known (LANEWAY_DLQS, LANEWAY_MAILBOXES): ${[...known.keys()].join(', ')}`],
    });
  };
}

function deadCopyOf(record: SQSRecord, origin: Origin): DeadCopy {
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
