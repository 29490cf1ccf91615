import type { LedgerEntry } from './conversation.js';

/** Content of a line of the archive: an entry of the ledger as it stood after one change. */
export interface ArchiveRecord {
  /** Sequence number of the ledger's stream: unique and growing within a shard. Lines that were written twice have the same one. */
  readonly sequence: string;
  readonly change: 'INSERT' | 'MODIFY';
  /** Instant of the change, ISO 8601, to the second. */
  readonly at: string;
  readonly conversation: string;
  /** New kinds may be added: readers pass over what they do not know. */
  readonly entry: LedgerEntry;
}

/** A line of the archive: a record with its place in a chain of digests (docs/protocol.md, "The ledger's archive"). */
export interface ArchiveLine extends ArchiveRecord {
  /** Name of the chain. */
  readonly chain: string;
  /** Place in the chain, from 1, without gaps. */
  readonly number: number;
  /** SHA-256 over the digest before it and this line's content, 64 hexadecimal digits. */
  readonly digest: string;
}

/** Reads the archive that the ledger's stream writes. */
export interface ArchiveReader {
  /** Days (UTC, `2026-11-21`) that have lines, ascending. */
  days(): Promise<string[]>;
  /**
   * The lines of a day, chain after chain, each chain in the order of its numbers; empty for a day without lines. The
   * changes of one entry come in the order they were made. A line may come twice (same `sequence`), as a change that the
   * stream delivered again may have been written again: whoever counts keeps one.
   *
   * @param kind entries of this kind only
   * @throws LanewayError UNAVAILABLE, to be repeated
   */
  lines(day: string, kind?: string): AsyncIterable<ArchiveLine>;
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
