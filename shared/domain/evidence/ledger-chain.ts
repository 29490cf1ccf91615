import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ArchiveLine, ArchiveRecord } from './archive.js';

/** Last line of a chain, as a seal or the start of another chain names it. */
export interface SealedHead {
  readonly chain: string;
  /** Number of its last line. */
  readonly number: number;
  /** Digest of its last line. */
  readonly digest: string;
}

/** Last line of a chain, as its writer keeps it. */
export interface ChainHead extends SealedHead {
  /** Sequence number of the last record in it. */
  readonly sequence?: string;
  /** Day under which its last line was archived: a chain never goes back to an earlier one. */
  readonly day: string;
}

/** The first line of every chain. It binds the chain to the heads of all other chains at that moment. */
export interface ChainStart {
  readonly chain: string;
  readonly number: 1;
  readonly at: string;
  readonly start: {
    readonly application: string;
    /** The heads of all other chains at that moment, parents among them. */
    readonly roots: readonly SealedHead[];
  };
  readonly digest: string;
}

/** The digest before a chain's first line. */
export const NO_DIGEST = '0'.repeat(64);

/** An escaped backslash, or an escaped surrogate: JSON.stringify escapes those that stand alone. */
const ESCAPES = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * JSON in the one form that RFC 8785 (JSON Canonicalization Scheme) allows. Values that JSON cannot express are left
 * out. Half a surrogate pair, which RFC 8785 forbids and a payload may hold, becomes U+FFFD, so that it cannot hold up
 * the archive.
 */
export function canonical(value: unknown): string {
  const text = JSON.stringify(value).replace(ESCAPES, (escape) => (escape.length === 2 ? escape : '\ufffd'));
  return canonicalize(JSON.parse(text)) ?? 'null';
}

/** SHA-256 of a text's UTF-8, 64 hexadecimal digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Hash of a line's content: of the canonical JSON of all its members but `digest`. */
export function contentHash(line: Readonly<Record<string, unknown>> | object): string {
  const { digest: _digest, ...content } = line as { readonly digest?: unknown };
  return sha256(canonical(content));
}

/** The digest of a line: over the one before it and the line's content, so that the content may be withheld. */
export function nextDigest(before: string, hash: string): string {
  return sha256(`${before}:${hash}`);
}

/** The first line of a chain. */
export function startChain(chain: string, at: string, start: ChainStart['start']): ChainStart {
  const content = { chain, number: 1 as const, at, start };
  return { ...content, digest: nextDigest(NO_DIGEST, contentHash(content)) };
}

/** Records as the lines that follow `number` and `digest` of a chain. */
export function continueChain({ chain, number, digest }: SealedHead, records: readonly ArchiveRecord[]): ArchiveLine[] {
  let before = digest;
  return records.map((record, index) => {
    const content = { ...record, chain, number: number + 1 + index };
    before = nextDigest(before, contentHash(content));
    return { ...content, digest: before };
  });
}

/** Compares sequence numbers of a stream: decimal numbers longer than a `number` holds. */
export function compareSequences(a: string, b: string): number {
  const [one, other] = [BigInt(a), BigInt(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}
