import type { Handler, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { deliveriesPort, ledgerPort, openPorts, requestPorts, returnsPort } from '../../../shared/aws/ports.js';
import { RETURNS_ATTRIBUTE } from '../../../shared/aws/sqs/returns-attribute.js';
import type { DeadLetterReason } from '../../../shared/domain/delivery/dead-letter.js';
import { jsonVariable, requiredJson } from '../../../shared/domain/base/environment.js';
import { defined } from '../../../shared/domain/base/defined.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { PRIORITIES } from '../../../shared/domain/base/priority.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import { deadLettersName, laneKey, type MailboxNaming } from '../../../shared/topology/mailbox-names.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { comingAgain, openPublisher, platformFunction } from '../platform-function.js';
import { eachRecord } from '../sqs-batch.js';
import type { DeadCopy, Origin } from '../../../shared/platform/dead-letters/dead-copy.js';
import { countDeadLetter } from './count-dead-letter.js';
import { drainCopy } from '../../../shared/platform/dead-letters/drain-copy.js';

/** The function behind every dead letter queue: the drain. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  return platformFunction<SQSEvent, SQSBatchResponse>(topology, 'dead-letters', ({ names, log }) => {
    const mailboxes = requiredJson<MailboxNaming>('mailboxes', process.env);
    const ports = {
      ...openPublisher(names),
      ...openPorts(names, deliveriesPort, ledgerPort, requestPorts, returnsPort),
    };
    const services = {
      ...ports,
      topology,
      log,
      publishing: publisherOf(topology, { kind: 'platform', name: 'dead-letters' }, ports),
      laneUrls: names.lanes(),
      starts: workflows.starts,
      count: (receiver: string, reason: DeadLetterReason) => countDeadLetter(topology.name, receiver, reason),
    };
    const comeAgain = comingAgain();
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
  const known = new Map<string, Origin>(Object.entries(jsonVariable<Origin>('deadLetterQueues', process.env)));
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

/** Kind of the lane that SQS moved a message from. SQS sets the attribute, and no sender can. */
function movedFrom(arn: string | undefined): DeadCopy['moved'] {
  if (arn === undefined) return undefined;
  return PRIORITIES.some((priority) => arn.endsWith(laneKey(priority, true))) ? 'direct' : 'bus';
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
    ...defined({ moved: movedFrom(record.attributes.DeadLetterQueueSourceArn) }),
  };
}
