/**
 * Weight of an agent for a message, a whole number below 2^32 that is spread evenly (FNV-1a, then the finalizer of
 * MurmurHash3). The same for every publisher: whoever orders agents by it orders them alike for one message, and by chance
 * over many.
 */
export function rendezvous(messageId: string, agent: string): number {
  let hash = 0x811c9dc5;
  const text = `${messageId}\n${agent}`;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
