import type { DynamoDBRecord } from 'aws-lambda';
import type { Log } from '../../../shared/agent/context.js';
import { plainItem } from '../../../shared/aws/dynamo/attribute-values.js';
import { entryFrom } from '../../../shared/aws/dynamo/ledger-item.js';
import type { ArchiveRecord } from '../../../shared/domain/evidence/archive.js';
import { summarizeError } from '../../../shared/domain/base/errors.js';
import {
  appendToArchive,
  SHARED_CHAIN,
  type ArchiveServices,
} from '../../../shared/platform/evidence/append-to-archive.js';

/** A batch of the ledger's stream; the event source mapping's window makes Lambda name the shard. */
export interface StreamBatch {
  readonly Records?: readonly DynamoDBRecord[];
  readonly shardId?: string;
}

/**
 * Archives a batch of the ledger's stream in the chain of its shard. Removals (TTL) and items that are no entries are
 * left out; the ledger table holds no task tokens.
 *
 * @returns sequence number to go on from, when something could not be written
 */
export async function archiveRecords(
  { Records = [], shardId = SHARED_CHAIN }: StreamBatch,
  { log, ...services }: ArchiveServices & { readonly log: Log },
): Promise<string | undefined> {
  const records = Records.flatMap((record) => recordOf(record) ?? []);
  const { done, error } = await appendToArchive(shardId, records, services);
  if (error === undefined) return undefined;
  log.error('the archive could not be written', {
    chain: shardId,
    written: done,
    of: records.length,
    error: summarizeError(error).message,
  });
  return records[done]?.sequence;
}

function recordOf({ eventName, dynamodb }: DynamoDBRecord): ArchiveRecord | undefined {
  if ((eventName !== 'INSERT' && eventName !== 'MODIFY') || !dynamodb?.NewImage) return undefined;
  const item = plainItem(dynamodb.NewImage);
  const entry = entryFrom(item);
  if (!entry || dynamodb.SequenceNumber === undefined) return undefined;
  return {
    sequence: dynamodb.SequenceNumber,
    change: eventName,
    at: new Date((dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString(),
    conversation: String(item['pk']),
    entry,
  };
}
