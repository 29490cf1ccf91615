import { createHash } from 'node:crypto';
import { wellFormed } from '../base/cut-text.js';
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

/**
 * JSON in the one form that RFC 8785 (JSON Canonicalization Scheme) allows. Values that JSON cannot express are left
 * out. Half a surrogate pair, which RFC 8785 forbids and a payload may hold, becomes U+FFFD, so that it cannot hold up
 * the archive. Nesting of any depth is written: the walk keeps a list of what is left, and no stack of calls, whose depth would
 * depend on the process that writes or verifies.
 */
export function canonical(value: unknown): string {
  const written: string[] = [];
  const left: Piece[] = [{ value }];
  for (let piece = left.pop(); piece !== undefined; piece = left.pop()) {
    if (typeof piece === 'string') {
      written.push(piece);
      continue;
    }
    const given = plainOf(piece.value);
    if (typeof given !== 'object' || given === null) {
      written.push(scalar(given));
    } else if (Array.isArray(given)) {
      written.push('[');
      left.push(']');
      for (let at = given.length - 1; at >= 0; at--) left.push({ value: given[at] as unknown }, at > 0 ? ',' : '');
    } else {
      written.push('{');
      left.push('}');
      const members = membersOf(given);
      for (let at = members.length - 1; at >= 0; at--) {
        const [key, member] = members[at] ?? ['', null];
        left.push({ value: member }, `${at > 0 ? ',' : ''}${scalar(key)}:`);
      }
    }
  }
  return written.join('');
}

/** A text to be written as it is, or a value to be written as JSON. */
type Piece = string | { readonly value: unknown };

/** The value that JSON writes in place of one: what its `toJSON` gives. */
function plainOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  return typeof value.toJSON === 'function' ? (value.toJSON as () => unknown)() : value;
}

/** A value without parts as JSON; `null` for one that JSON cannot express. */
function scalar(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(wellFormed(value));
  return isExpressible(value) ? JSON.stringify(value) : 'null';
}

function isExpressible(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

/** Members that JSON expresses, by the UTF-16 units of their names. */
function membersOf(value: object): [string, unknown][] {
  const members = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) if (isExpressible(member)) members.set(wellFormed(key), member);
  return [...members].sort(([one], [other]) => (one < other ? -1 : 1));
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
