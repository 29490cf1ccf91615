import type { Handler } from 'aws-lambda';
import { DynamoChainStore } from '../../../shared/aws/dynamo/dynamo-chain-store.js';
import { KmsSigner } from '../../../shared/aws/kms/kms-signer.js';
import { S3Seals } from '../../../shared/aws/s3/s3-seals.js';
import { ENVIRONMENT, required } from '../../../shared/domain/base/environment.js';
import { sealHeads, type SealSummary } from '../../../shared/platform/evidence/seal-heads.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { platformFunction } from '../platform-function.js';

/** The function that seals the heads of the ledger's chains, on a schedule and before an export; its result is the summary. */
export function create(topology: Topology): Handler {
  return platformFunction<unknown, SealSummary>(topology, 'ledger-seal', ({ clients, clock }) => {
    const key = process.env[ENVIRONMENT.sealKey];
    const services = {
      application: topology.name,
      clock,
      chains: new DynamoChainStore(clients.documents, required('chainTable')),
      seals: new S3Seals(clients.s3, required('sealBucket')),
      signer: key ? new KmsSigner(clients.kms, key) : undefined,
    };
    return () => sealHeads(services);
  });
}
