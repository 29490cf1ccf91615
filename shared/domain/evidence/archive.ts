import type { LedgerEntry } from './conversation.js';

/** Content of a line of the archive: an entry of the ledger as it stood after one change, or before it was removed. */
export interface ArchiveRecord {
  /** Sequence number of the ledger's stream: unique and growing within a shard. Lines that were written twice have the same one. */
  readonly sequence: string;
  /** Kind of the change. `REMOVE` is never the end of an entry's time, which is no change: somebody deleted the item. */
  readonly change: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Instant of the change, ISO 8601, to the second. */
  readonly at: string;
  readonly conversation: string;
  /** New kinds may be added: readers pass over what they do not know. */
  readonly entry: LedgerEntry | UnreadableEntry;
}

/** An item of the ledger table that could not be read as an entry, as it was written. */
export interface UnreadableEntry {
  readonly kind: 'unreadable';
  /** Instant of the change, ISO 8601. */
  readonly at: string;
  /** Sort key of the item. */
  readonly item: string;
  /** Reason why it could not be read. */
  readonly why: string;
  /** The item as JSON, with DynamoDB's types. */
  readonly image: string;
}

/** A line of the archive: a record with its place in a chain of digests (docs/reference/protocol.md, "The ledger's archive"). */
export interface ArchiveLine extends ArchiveRecord {
  /** Name of the chain. */
  readonly chain: string;
  /** Place in the chain, from 1, without gaps. */
  readonly number: number;
  /** SHA-256 over the digest before it and this line's content, 64 hexadecimal digits. */
  readonly digest: string;
}

/** Place of a line in the archive of a day. */
export type ArchivePlace = Pick<ArchiveLine, 'chain' | 'number'>;

/** True for a place that comes after another one, in the order in which the lines of a day are read. */
export function comesAfter(place: ArchivePlace, other: ArchivePlace): boolean {
  if (place.chain === other.chain) return place.number > other.number;
  // As keys of objects sort, in which a slash follows the name.
  return `${place.chain}/` > `${other.chain}/`;
}

/** Reads the archive that the ledger's stream writes. */
export interface ArchiveReader {
  /** Days (UTC, `2026-11-21`) that have lines, ascending. */
  days(): Promise<string[]>;
  /**
   * The lines of a day, chain after chain by name, each chain in the order of its numbers; empty for a day without lines. The
   * changes of one entry come in the order they were made. A line may come twice (same `sequence`), as a change that the
   * stream delivered again may have been written again: a count keeps one of the two.
   *
   * @param kind entries of this kind only
   * @param after place beyond which lines are read. @defaultValue from the first
   * @throws LanewayError UNAVAILABLE, to be repeated
   */
  lines(day: string, kind?: string, after?: ArchivePlace): AsyncIterable<ArchiveLine>;
}

/** The archive with the lines of its chains as they were written, for exports and verification. */
export interface ArchiveStore extends ArchiveReader {
  /**
   * The lines of a day as they were written, canonical JSON without the line's end: chain after chain, those that start
   * a chain included.
   *
   * @param heads digests known to be of the chains, by which objects that never became part of one are told apart
   * @throws LanewayError UNAVAILABLE, to be repeated
   */
  chainLines(day: string, heads?: readonly string[]): AsyncIterable<string>;
}
