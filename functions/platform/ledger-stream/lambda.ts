import type { DynamoDBBatchResponse, Handler } from 'aws-lambda';
import { DynamoChainStore } from '../../../shared/aws/dynamo/dynamo-chain-store.js';
import { S3PayloadStore } from '../../../shared/aws/s3/s3-payload-store.js';
import { required } from '../../../shared/domain/base/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { platformFunction } from '../platform-function.js';
import { archiveRecords, type StreamBatch } from './archive-records.js';

/** Answer that an event source mapping with a window expects: it takes one without `state` for a failure. */
interface WindowResponse extends DynamoDBBatchResponse {
  readonly state: Readonly<Record<string, never>>;
}

/** The function behind the ledger's stream: writes the archive and its chains of digests. */
export function create(topology: Topology): Handler {
  return platformFunction<StreamBatch, WindowResponse>(topology, 'ledger-stream', ({ clients, clock, log }) => {
    const services = {
      application: topology.name,
      log,
      clock,
      archive: new S3PayloadStore(clients.s3, required('archiveBucket')),
      chains: new DynamoChainStore(clients.documents, required('chainTable')),
    };
    return async (batch) => {
      const itemIdentifier = await archiveRecords(batch, services);
      return { state: {}, batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
    };
  });
}
