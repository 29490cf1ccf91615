import type { DynamoDBRecord } from 'aws-lambda';
import type { Log } from '../../../shared/agent/context.js';
import { plainItem } from '../../../shared/aws/attribute-values.js';
import { entryFrom } from '../../../shared/aws/ledger-item.js';
import type { LedgerEntry } from '../../../shared/domain/conversation.js';
import { summarizeError } from '../../../shared/domain/errors.js';
import type { PayloadStore } from '../../../shared/domain/ports.js';

/** What the function works with. */
export interface ArchiveServices {
  /** Over the archive's bucket. */
  readonly archive: Pick<PayloadStore, 'put'>;
  readonly log: Log;
}

/** One line of the archive: an entry of the ledger as it stood after a change. */
export interface ArchiveLine {
  /** Of the stream: unique in a shard, growing; lines that were written twice have the same. */
  readonly sequence: string;
  readonly change: 'INSERT' | 'MODIFY';
  /** When it changed, ISO 8601, to the second. */
  readonly at: string;
  readonly conversation: string;
  readonly entry: LedgerEntry;
}

/** Digits of a stream's sequence number, at most (DynamoDB streams API reference). */
const SEQUENCE_DIGITS = 40;

/**
 * A batch of the ledger's stream as JSON lines: `ledger/day=<day>/<kind>/<first sequence number>.jsonl`, one object for
 * each day and kind in the batch. The same batch writes the same objects. After a failure the stream goes on from the
 * first record that was not written, so that some lines may stand in two objects: readers keep one of each `sequence`.
 * Removals (TTL) and items that are no entries are left out; the ledger table holds no task tokens.
 *
 * @returns sequence number to go on from, when something could not be written
 */
export async function archiveRecords(
  records: readonly DynamoDBRecord[],
  { archive, log }: ArchiveServices,
): Promise<string | undefined> {
  const objects = new Map<string, { first: number; key: string; lines: ArchiveLine[] }>();
  records.forEach((record, index) => {
    const line = lineOf(record);
    if (!line) return;
    const partition = `ledger/day=${line.at.slice(0, 10)}/${line.entry.kind}`;
    const object = objects.get(partition) ?? {
      first: index,
      key: `${partition}/${line.sequence.padStart(SEQUENCE_DIGITS, '0')}.jsonl`,
      lines: [],
    };
    object.lines.push(line);
    objects.set(partition, object);
  });
  const failed = await Promise.all(
    [...objects.values()].map(async ({ first, key, lines }) => {
      try {
        await archive.put(key, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        return [];
      } catch (error) {
        log.error('an object of the archive could not be written', { key, error: summarizeError(error).message });
        return [first];
      }
    }),
  );
  const earliest = Math.min(...failed.flat());
  return Number.isFinite(earliest) ? records[earliest]?.dynamodb?.SequenceNumber : undefined;
}

function lineOf(record: DynamoDBRecord): ArchiveLine | undefined {
  const { eventName, dynamodb } = record;
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
