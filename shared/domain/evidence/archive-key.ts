/** What the key of an archive object says, beside its day. */
export interface ArchiveKey {
  readonly day: string;
  readonly chain: string;
  /** Number of its first line. */
  readonly first: number;
  /** First digits of the digest before its first line, and of its last line's. */
  readonly before: string;
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

/** What a key says; undefined for one that is no object of the archive. */
export function readArchiveKey(key: string): ArchiveKey | undefined {
  const [, day, chain, first, before, after] = pattern.exec(key) ?? [];
  if (day === undefined || chain === undefined || before === undefined || after === undefined) return undefined;
  return { day, chain, first: Number(first), before, after };
}

/** As much of a digest as a key holds: enough to tell objects apart, not to prove anything. */
export function shortDigest(digest: string): string {
  return digest.slice(0, DIGEST_DIGITS);
}
