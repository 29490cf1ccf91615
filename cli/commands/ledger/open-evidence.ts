import { awsClients } from '../../../shared/aws/base/clients.js';
import { S3Archive } from '../../../shared/aws/s3/s3-archive.js';
import { S3Seals } from '../../../shared/aws/s3/s3-seals.js';
import { findDeployment, outputOf } from '../../../shared/client/deployment.js';
import type { ArchiveStore } from '../../../shared/domain/evidence/archive.js';
import type { SealStore } from '../../../shared/domain/evidence/seal.js';
import type { Topology } from '../../../shared/topology/topology.js';

/** The evidence of a deployed application's ledger. */
export interface Evidence {
  readonly archive: ArchiveStore;
  readonly archiveBucket: string;
  readonly seals: SealStore;
  /** Name of the function that seals. */
  readonly sealer: string;
}

/** @throws LanewayError NOT_FOUND when it is not deployed where the environment points */
export async function openEvidence(topology: Pick<Topology, 'name'>): Promise<Evidence> {
  const deployment = await findDeployment(topology.name);
  const { s3 } = awsClients();
  const archiveBucket = outputOf(deployment, 'ArchiveBucket');
  return {
    archive: new S3Archive(s3, archiveBucket),
    archiveBucket,
    seals: new S3Seals(s3, outputOf(deployment, 'SealBucket')),
    sealer: outputOf(deployment, 'SealFunction'),
  };
}
