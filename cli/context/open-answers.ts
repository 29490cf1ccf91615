import { awsClients } from '../../shared/aws/base/clients.js';
import { DynamoDeadLetterBook } from '../../shared/aws/dynamo/dynamo-dead-letter-book.js';
import { DynamoIntentStore } from '../../shared/aws/dynamo/dynamo-intent-store.js';
import { DynamoPendingStore } from '../../shared/aws/dynamo/dynamo-pending-store.js';
import { EventBridgeBus } from '../../shared/aws/events/event-bridge-bus.js';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { OPERATOR } from '../../shared/domain/wire/envelope.js';
import { findDeployment, outputOf } from '../../shared/client/deployment.js';
import type { AnswerServices } from '../../shared/operator/requests/answer-request.js';
import type { Topology } from '../../shared/topology/topology.js';

/**
 * Services that answer requests of a deployed application. They act with the rights of whoever calls: reading the
 * pending table and its indexes, writing the ledger table, and publishing on the bus as the operator.
 * @throws LanewayError NOT_FOUND when it is not deployed where the environment points
 */
export async function openAnswers(topology: Topology): Promise<AnswerServices> {
  const deployment = await findDeployment(topology.name);
  const { documents, eventBridge, s3 } = awsClients();
  const ledger = outputOf(deployment, 'LedgerTable');
  const payloads = new S3PayloadStore(s3, outputOf(deployment, 'PayloadBucket'));
  const clock = { now: Date.now };
  return {
    topology,
    clock,
    pending: new DynamoPendingStore(documents, outputOf(deployment, 'PendingTable')),
    book: new DynamoDeadLetterBook(documents, ledger),
    publishing: {
      ...{ topology, clock, payloads, kind: 'platform', name: OPERATOR },
      intents: new DynamoIntentStore(documents, ledger, payloads),
      senders: { bus: new EventBridgeBus(eventBridge, outputOf(deployment, 'Bus')) },
    },
  };
}
