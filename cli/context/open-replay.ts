import { setTimeout as sleep } from 'node:timers/promises';
import { awsClients } from '../../shared/aws/base/clients.js';
import { DynamoDeadLetterBook } from '../../shared/aws/dynamo/dynamo-dead-letter-book.js';
import { DynamoIntentStore } from '../../shared/aws/dynamo/dynamo-intent-store.js';
import { DynamoLedgerReader } from '../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { DynamoPendingStore } from '../../shared/aws/dynamo/dynamo-pending-store.js';
import { EventBridgeArchive } from '../../shared/aws/events/event-bridge-archive.js';
import { EventBridgeBus } from '../../shared/aws/events/event-bridge-bus.js';
import { S3Archive } from '../../shared/aws/s3/s3-archive.js';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { SqsLaneSender } from '../../shared/aws/sqs/sqs-lane-sender.js';
import { SqsTimerQueue } from '../../shared/aws/sqs/sqs-timer-queue.js';
import { findDeployment, outputOf } from '../../shared/client/deployment.js';
import type { ArchiveReader } from '../../shared/domain/evidence/archive.js';
import type { ReplayServices } from '../../shared/operator/replay/replay-services.js';
import type { BusArchive } from '../../shared/operator/replay/replay-window.js';
import type { Topology } from '../../shared/topology/topology.js';
import { laneUrls } from './open-operator.js';

/** Services and archives from which messages of a deployed application are replayed. */
export interface Replay {
  readonly services: ReplayServices;
  /** Archive that the ledger's stream has written. */
  readonly archive: ArchiveReader;
  /** Archive of events that EventBridge keeps for the bus. */
  readonly busArchive: BusArchive;
}

/**
 * Opens the replay of a deployed application. It acts with the rights of whoever calls: reading and writing
 * ledger and pending table, reading and writing payloads, reading the archive, `events:PutEvents` on the bus under the
 * sources of the original publishers, sending to the lanes of direct channels and to the timers' queue;
 * for `archive` the `events` actions of archives and replays.
 * @throws LanewayError NOT_FOUND when it is not deployed where the environment points
 */
export async function openReplay(topology: Topology): Promise<Replay> {
  const deployment = await findDeployment(topology.name);
  const { documents, eventBridge, s3, sqs } = awsClients();
  const table = outputOf(deployment, 'LedgerTable');
  const payloads = new S3PayloadStore(s3, outputOf(deployment, 'PayloadBucket'));
  const services: ReplayServices = {
    topology,
    clock: { now: Date.now },
    ledger: new DynamoLedgerReader(documents, table, payloads),
    payloads,
    intents: new DynamoIntentStore(documents, table, payloads),
    book: new DynamoDeadLetterBook(documents, table),
    senders: {
      bus: new EventBridgeBus(eventBridge, outputOf(deployment, 'Bus')),
      lanes: new SqsLaneSender(sqs, laneUrls(topology.model, deployment)),
      pending: new DynamoPendingStore(documents, outputOf(deployment, 'PendingTable')),
      timers: new SqsTimerQueue(sqs, outputOf(deployment, 'TimerQueue')),
    },
    pause: (ms) => sleep(ms),
  };
  return {
    services,
    archive: new S3Archive(s3, outputOf(deployment, 'ArchiveBucket')),
    busArchive: new EventBridgeArchive(eventBridge, outputOf(deployment, 'BusArn')),
  };
}
