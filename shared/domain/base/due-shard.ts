/** Shards over which what is due on a day is spread, so that no key of the index by due time takes more than a partition gives. */
export const DUE_SHARDS = 64;

/** Shard of an id, 0 to {@link DUE_SHARDS} - 1. Ids of one millisecond, which begin alike, spread too (FNV-1a). */
export function dueShard(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  // The low bits of FNV alone follow the last characters closely.
  return ((hash >>> 16) ^ hash) & (DUE_SHARDS - 1);
}
