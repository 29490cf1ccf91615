import type { DynamoDBBatchResponse, DynamoDBStreamEvent, Handler } from 'aws-lambda';
import { S3PayloadStore } from '../../../shared/aws/s3-payload-store.js';
import { required } from '../../../shared/domain/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { platformFunction } from '../platform-function.js';
import { archiveRecords } from './archive-records.js';

/** The function behind the ledger's stream: writes the archive. */
export function create(topology: Topology): Handler {
  return platformFunction<DynamoDBStreamEvent, DynamoDBBatchResponse>(topology, 'ledger-stream', ({ clients, log }) => {
    const services = { log, archive: new S3PayloadStore(clients.s3, required('archiveBucket')) };
    return async ({ Records }) => {
      const itemIdentifier = await archiveRecords(Records, services);
      return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
    };
  });
}
