import { setTimeout as sleep } from 'node:timers/promises';
import { awsClients } from '../../shared/aws/base/clients.js';
import { DynamoDeadLetterBook } from '../../shared/aws/dynamo/dynamo-dead-letter-book.js';
import { DynamoDeliveryStore } from '../../shared/aws/dynamo/dynamo-delivery-store.js';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { SqsLaneReturns } from '../../shared/aws/sqs/sqs-lane-returns.js';
import { findDeployment, outputOf, type Deployment } from '../../shared/client/deployment.js';
import type { Priority } from '../../shared/domain/base/priority.js';
import type { OperatorServices } from '../../shared/operator/operator-services.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { outputKey } from '../../shared/topology/deployed/output-key.js';
import type { Topology } from '../../shared/topology/topology.js';

/**
 * Services of an operator on a deployed application. They act with the rights of whoever calls: reading and writing
 * the ledger table and its index `letters`, reading payloads, sending to lanes.
 * @throws LanewayError NOT_FOUND when it is not deployed where the environment points
 */
export async function openOperator(topology: Topology): Promise<OperatorServices> {
  const deployment = await findDeployment(topology.name);
  const { documents, s3, sqs } = awsClients();
  const table = outputOf(deployment, 'LedgerTable');
  return {
    topology,
    clock: { now: Date.now },
    book: new DynamoDeadLetterBook(documents, table),
    deliveries: new DynamoDeliveryStore(documents, table),
    payloads: new S3PayloadStore(s3, outputOf(deployment, 'PayloadBucket')),
    returns: new SqsLaneReturns(sqs, laneUrls(topology.model, deployment)),
    pause: (ms) => sleep(ms),
  };
}

/** URLs of the lanes, by agent and priority. */
export function laneUrls(
  model: TopologyModel,
  deployment: Deployment,
): Record<string, Partial<Record<Priority, string>>> {
  return Object.fromEntries(
    Object.values(model.agents).map(({ id, lanes }) => {
      const urls = lanes.flatMap((lane) => {
        const url = deployment[outputKey('Lane', id, lane)];
        return url === undefined ? [] : [[lane, url] as const];
      });
      return [id, Object.fromEntries(urls)];
    }),
  );
}
