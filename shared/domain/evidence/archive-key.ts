/** Parts of the key of an archive object. */
export interface ArchiveKey {
  /** Day of its lines in UTC: `2026-11-21`. */
  readonly day: string;
  /** Name of the chain. */
  readonly chain: string;
  /** Number of its first line. */
  readonly first: number;
  /** First 16 digits of the digest before its first line. */
  readonly before: string;
  /** First 16 digits of the digest of its last line. */
  readonly after: string;
}

/** Prefix of every object of the archive. */
export const ARCHIVE_PREFIX = 'ledger/';

const NUMBER_DIGITS = 12;
const DIGEST_DIGITS = 16;
const pattern = /^ledger\/day=(\d{4}-\d\d-\d\d)\/([^/]+)\/(\d+)\.([0-9a-f]+)\.([0-9a-f]+)\.jsonl$/;

/** `ledger/day=<day>/<chain>/<number>.<digest before>.<digest after>.jsonl`: keys of a chain sort by number. */
export function archiveKey({ day, chain, first, before, after }: ArchiveKey): string {
  const number = String(first).padStart(NUMBER_DIGITS, '0');
  return `${dayPrefix(day)}${chain}/${number}.${shortDigest(before)}.${shortDigest(after)}.jsonl`;
}

/** Prefix of a day's objects. */
export function dayPrefix(day: string): string {
  return `${ARCHIVE_PREFIX}day=${day}/`;
}

/** Reads the parts of a key; undefined for one that is no object of the archive. */
export function readArchiveKey(key: string): ArchiveKey | undefined {
  const [, day, chain, first, before, after] = pattern.exec(key) ?? [];
  if (day === undefined || chain === undefined || before === undefined || after === undefined) return undefined;
  return { day, chain, first: Number(first), before, after };
}

/** The first 16 digits of a digest, as keys hold it: enough to tell objects apart, and no proof of anything. */
export function shortDigest(digest: string): string {
  return digest.slice(0, DIGEST_DIGITS);
}
