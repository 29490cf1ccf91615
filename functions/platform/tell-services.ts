import { DynamoLedgerWriter } from '../../shared/aws/dynamo/dynamo-ledger-writer.js';
import { DynamoPendingStore } from '../../shared/aws/dynamo/dynamo-pending-store.js';
import { DynamoSagaStore } from '../../shared/aws/dynamo/dynamo-saga-store.js';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { SfnResumer } from '../../shared/aws/step-functions/sfn-resumer.js';
import { required } from '../../shared/domain/base/environment.js';
import { publishingOf, type Surroundings } from './platform-function.js';
import type { ResumeServices } from '../../shared/platform/workflows/resume-waiter.js';

/** Services on AWS that tell whoever waits for a request how it ended. @param name platform function that tells; it stands in sources */
export function tellServicesOf(surroundings: Surroundings, name: string): ResumeServices {
  const { topology, clients, log } = surroundings;
  const pendingTable = required('pendingTable');
  return {
    topology,
    log,
    payloads: new S3PayloadStore(clients.s3, required('payloadBucket')),
    ledger: new DynamoLedgerWriter(clients.documents, required('ledgerTable')),
    resumer: new SfnResumer(clients.sfn),
    pending: new DynamoPendingStore(clients.documents, pendingTable),
    sagas: new DynamoSagaStore(clients.documents, pendingTable),
    publishing: publishingOf(surroundings, 'platform', name),
  };
}
