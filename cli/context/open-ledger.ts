import { awsClients } from '../../shared/aws/base/clients.js';
import { DynamoLedgerReader } from '../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { findDeployment, outputOf } from '../../shared/client/deployment.js';
import type { LedgerReader } from '../../shared/domain/evidence/conversation.js';
import type { Topology } from '../../shared/topology/topology.js';

/**
 * The ledger of a deployed application.
 * @throws LanewayError NOT_FOUND when it is not deployed where the environment points
 */
export async function openLedger(topology: Topology): Promise<LedgerReader> {
  const deployment = await findDeployment(topology.name);
  const { documents, s3 } = awsClients();
  const payloads = new S3PayloadStore(s3, outputOf(deployment, 'PayloadBucket'));
  return new DynamoLedgerReader(documents, outputOf(deployment, 'LedgerTable'), payloads);
}
