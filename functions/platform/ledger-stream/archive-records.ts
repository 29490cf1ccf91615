import type { DynamoDBRecord } from 'aws-lambda';
import type { Log } from '../../../shared/agent/context.js';
import { plainItem } from '../../../shared/aws/dynamo/attribute-values.js';
import { conversationOfKey, entryFrom } from '../../../shared/aws/dynamo/ledger-item.js';
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

/** Log and counter of the archive, beside its ports. */
export interface StreamServices {
  readonly log: Log;
  /** Counts items that could not be read, each once for each change. */
  readonly countUnreadable: (rows: number) => void;
}

/**
 * Archives a batch of the ledger's stream in the chain of its shard. Items whose time was over and items that are no entries
 * are left out; an entry that somebody removed is archived once more, as it stood. The ledger table holds no task tokens.
 *
 * @returns sequence number to go on from, when something could not be written
 */
export async function archiveRecords(
  { Records = [], shardId = SHARED_CHAIN }: StreamBatch,
  { log, countUnreadable, ...services }: ArchiveServices & StreamServices,
): Promise<string | undefined> {
  const images = new Set<string>();
  const records = Records.flatMap((record) => {
    try {
      return recordOf(record) ?? [];
    } catch (cause) {
      const [unreadable, key] = unreadableRecord(record, cause);
      images.add(unreadable.sequence);
      log.error('an item of the ledger cannot be read; it is archived as it is', { chain: shardId, ...key });
      return [unreadable];
    }
  });
  const { done, error } = await appendToArchive(shardId, records, services);
  // What was not written comes again, and counts then.
  const unreadable = records.slice(0, done).filter(({ sequence }) => images.has(sequence)).length;
  if (unreadable > 0) countUnreadable(unreadable);
  if (error === undefined) return undefined;
  log.error('the archive could not be written', {
    chain: shardId,
    written: done,
    of: records.length,
    sequence: records[done]?.sequence,
    conversation: records[done]?.conversation,
    error: summarizeError(error).message,
  });
  return records[done]?.sequence;
}

function recordOf(record: DynamoDBRecord): ArchiveRecord | undefined {
  const { dynamodb } = record;
  const image = imageOf(record);
  if (!image || dynamodb?.SequenceNumber === undefined || isOver(record)) return undefined;
  const item = plainItem(image);
  const entry = entryFrom(item);
  if (!entry) return undefined;
  return {
    sequence: dynamodb.SequenceNumber,
    change: changeOf(record),
    at: new Date((dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString(),
    conversation: conversationOfKey(String(item['pk'])),
    entry,
  };
}

/** The item as the change left it, or as it stood before it was removed. */
function imageOf({ dynamodb }: DynamoDBRecord) {
  return dynamodb?.NewImage ?? dynamodb?.OldImage;
}

function changeOf({ eventName }: DynamoDBRecord): ArchiveRecord['change'] {
  return eventName === 'INSERT' || eventName === 'REMOVE' ? eventName : 'MODIFY';
}

/** True for an item that DynamoDB removed at the end of its time to live (DynamoDB developer guide, "Streams and Time to Live"). */
function isOver({ eventName, userIdentity }: DynamoDBRecord): boolean {
  const by = userIdentity as { readonly principalId?: string } | undefined;
  return eventName === 'REMOVE' && by?.principalId === 'dynamodb.amazonaws.com';
}

/** The record of an item that is no entry any more: its image as it came, so that it neither holds up its neighbours nor is lost. */
function unreadableRecord(
  source: DynamoDBRecord,
  cause: unknown,
): [record: ArchiveRecord, key: Readonly<Record<string, string>>] {
  const { dynamodb } = source;
  const image = imageOf(source);
  const [pk = '', sk = ''] = ['pk', 'sk'].map((name) => image?.[name]?.S);
  const sequence = dynamodb?.SequenceNumber ?? '0';
  const at = new Date((dynamodb?.ApproximateCreationDateTime ?? 0) * 1000).toISOString();
  const why = summarizeError(cause).message;
  const entry = { kind: 'unreadable', at, item: sk, why, image: JSON.stringify(image) } as const;
  const change = changeOf(source);
  return [
    { sequence, change, at, conversation: conversationOfKey(pk), entry },
    { sequence, partition: pk, item: sk, error: why },
  ];
}
