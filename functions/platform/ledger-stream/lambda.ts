import type { DynamoDBBatchResponse, Handler } from 'aws-lambda';
import { archiveWriterPorts, openPorts } from '../../../shared/aws/ports.js';
import type { Topology } from '../../../shared/topology/topology.js';
import type { BreakerState } from '../../../shared/domain/breaker/breaker.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import { openPublisher, platformFunction } from '../platform-function.js';
import { countUnreadableRows } from '../count-unreadable-rows.js';
import { countBreaker } from './count-breaker.js';
import { tellBreakers } from './tell-breakers.js';
import { archiveRecords, type StreamBatch } from './archive-records.js';

/** Answer that an event source mapping with a window expects: it takes one without `state` for a failure. */
interface WindowResponse extends DynamoDBBatchResponse {
  readonly state: Readonly<Record<string, never>>;
}

/** The function behind the ledger's stream: writes the archive and its chains of digests, and tells of breakers. */
export function create(topology: Topology): Handler {
  return platformFunction<StreamBatch, WindowResponse>(topology, 'ledger-stream', ({ names, log }) => {
    const countUnreadable = (rows: number) => countUnreadableRows(topology.name, 'ledger', rows);
    const services = { ...openPorts(names, archiveWriterPorts), application: topology.name, log, countUnreadable };
    const telling = {
      ...{ topology, log, countUnreadable },
      publishing: publisherOf(topology, { kind: 'platform', name: 'ledger-stream' }, openPublisher(names)),
      countBreaker: (state: BreakerState) => {
        countBreaker(topology.name, state);
      },
    };
    return async (batch) => {
      const itemIdentifier = (await archiveRecords(batch, services)) ?? (await tellBreakers(batch, telling));
      return { state: {}, batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
    };
  });
}
