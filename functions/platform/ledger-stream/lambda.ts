import type { DynamoDBBatchResponse, Handler } from 'aws-lambda';
import { archiveWriterPorts, openPorts } from '../../../shared/aws/ports.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { platformFunction } from '../platform-function.js';
import { countUnreadableRows } from '../count-unreadable-rows.js';
import { archiveRecords, type StreamBatch } from './archive-records.js';

/** Answer that an event source mapping with a window expects: it takes one without `state` for a failure. */
interface WindowResponse extends DynamoDBBatchResponse {
  readonly state: Readonly<Record<string, never>>;
}

/** The function behind the ledger's stream: writes the archive and its chains of digests. */
export function create(topology: Topology): Handler {
  return platformFunction<StreamBatch, WindowResponse>(topology, 'ledger-stream', ({ names, log }) => {
    const services = {
      ...openPorts(names, archiveWriterPorts),
      application: topology.name,
      log,
      countUnreadable: (rows: number) => countUnreadableRows(topology.name, 'ledger', rows),
    };
    return async (batch) => {
      const itemIdentifier = await archiveRecords(batch, services);
      return { state: {}, batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
    };
  });
}
