import { DynamoLedgerWriter } from '../../shared/aws/dynamo-ledger-writer.js';
import { S3PayloadStore } from '../../shared/aws/s3-payload-store.js';
import { SfnResumer } from '../../shared/aws/sfn-resumer.js';
import { required } from '../../shared/domain/environment.js';
import type { Surroundings } from './platform-function.js';
import type { TellServices } from '../../shared/platform/tell-waiter.js';

/** What it takes to tell whoever waits, over AWS. */
export function tellServicesOf({ topology, clients, log }: Surroundings): TellServices {
  return {
    topology,
    log,
    payloads: new S3PayloadStore(clients.s3, required('payloadBucket')),
    ledger: new DynamoLedgerWriter(clients.documents, required('ledgerTable')),
    resumer: new SfnResumer(clients.sfn),
  };
}
