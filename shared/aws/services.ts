import { ENVIRONMENT, required, requiredJson } from '../domain/base/environment.js';
import { ProcessGuards } from '../agent/receive/process-guards.js';
import type { Services } from '../agent/receive/services.js';
import type { Log } from '../agent/context.js';
import { laneUrlsOf, type LaneUrls, type MailboxNaming } from '../topology/mailbox-names.js';
import type { TopologyModel } from '../topology/model.js';
import type { Senders } from '../publishing/send-messages.js';
import { awsClients, type AwsClients } from './base/clients.js';
import { DynamoDeliveryStore } from './dynamo/dynamo-delivery-store.js';
import { DynamoDeferredReplyStore } from './dynamo/dynamo-deferred-reply-store.js';
import { DynamoPendingStore } from './dynamo/dynamo-pending-store.js';
import { EventBridgeBus } from './events/event-bridge-bus.js';
import { S3PayloadStore } from './s3/s3-payload-store.js';
import { SqsDeadLetterQueue } from './sqs/sqs-dead-letter-queue.js';
import { SqsLaneSender } from './sqs/sqs-lane-sender.js';
import { SqsTimerQueue } from './sqs/sqs-timer-queue.js';

/** Environment variables, as `process.env` gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Lanes that a function may send into, from the environment contract: none when its mailboxes are not set.
 * @param of agents whose lanes they are @defaultValue all
 */
export function lanesFromEnvironment(
  model: TopologyModel,
  of?: readonly string[],
  env: Variables = process.env,
): LaneUrls {
  return env[ENVIRONMENT.mailboxes] ? laneUrlsOf(model, requiredJson<MailboxNaming>('mailboxes', env), of) : {};
}

/**
 * Ports that a publisher sends with, from the environment contract. Pending store and timers are there only for publishers
 * whose function was given them, that is those that make requests.
 *
 * @param lanes lanes that it may send to
 */
export function sendersFromEnvironment(
  lanes: LaneUrls,
  env: Variables = process.env,
  clients: AwsClients = awsClients(),
): Senders {
  const pendingTable = env[ENVIRONMENT.pendingTable];
  return {
    bus: new EventBridgeBus(clients.eventBridge, required('bus', env)),
    lanes: new SqsLaneSender(clients.sqs, lanes),
    ...(pendingTable === undefined
      ? {}
      : {
          pending: new DynamoPendingStore(clients.documents, pendingTable),
          timers: new SqsTimerQueue(clients.sqs, required('timerQueue', env)),
        }),
  };
}

/** The handling chain's services over AWS, from the environment contract. @param lanes lanes that it may send to */
export function servicesFromEnvironment(
  log: Log,
  lanes: LaneUrls,
  env: Variables = process.env,
  clients: AwsClients = awsClients(),
): Services {
  const payloads = new S3PayloadStore(clients.s3, required('payloadBucket', env));
  const ledger = required('ledgerTable', env);
  const version = env[ENVIRONMENT.agentVersion];
  return {
    clock: { now: () => Date.now() },
    random: () => Math.random(),
    deliveries: new DynamoDeliveryStore(clients.documents, ledger),
    senders: sendersFromEnvironment(lanes, env, clients),
    payloads,
    later: new DynamoDeferredReplyStore(clients.documents, ledger),
    deadLetters: new SqsDeadLetterQueue(clients.sqs, required('deadLetterQueue', env), payloads),
    guards: new ProcessGuards(),
    ...(version ? { version } : {}),
    log,
  };
}
