/** Characters of one step of a path. */
const STEP_LENGTH = 4;

/** Steps that a path keeps; the oldest fall off. */
const MOST_STEPS = 64;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * One step of a chain of messages: an agent handled a message of a type about a key (CloudEvents `subject`). Four
 * characters, 24 bits of an FNV-1a hash, so that a chain of 32 messages carries 128 bytes. Two different steps have the
 * same four characters once in 16 million; to be taken for a cycle, that would have to happen `cycleLimit` times in one
 * chain. (Hash: G. Fowler, L. C. Noll, K.-P. Vo; draft-eastlake-fnv.)
 */
export function stepOf(agent: string, type: string, key = ''): string {
  const hash = fnv1a(`${agent}\n${type}\n${key}`);
  // The upper byte is folded in, as the authors advise for sizes that are not a power of two of the original.
  const folded = (hash >>> 24) ^ (hash & 0xffffff);
  let step = '';
  for (let shift = 18; shift >= 0; shift -= 6) step += DIGITS[(folded >>> shift) & 63] ?? '';
  return step;
}

/** Path of the messages that are published in a handling: the path of the handled message, and one step more. */
export function extendPath(path: string | undefined, step: string): string {
  const kept = path === undefined ? '' : path.slice(-(MOST_STEPS - 1) * STEP_LENGTH);
  return kept + step;
}

/** Number of times that a path holds a step. */
export function visitsOf(path: string, step: string): number {
  let visits = 0;
  for (let at = path.length % STEP_LENGTH; at < path.length; at += STEP_LENGTH) {
    if (path.startsWith(step, at)) visits++;
  }
  return visits;
}

/** True when a path is long enough to hold `visits` steps; this costs nothing and is asked before anything is hashed. */
export function mayHold(path: string | undefined, visits: number): path is string {
  return path !== undefined && path.length >= visits * STEP_LENGTH;
}

/** FNV-1a hash of a text's UTF-16 code units, 32 bits. @param from index of the first unit */
export function fnv1a(text: string, from = 0): number {
  let hash = 0x811c9dc5;
  for (let index = from; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
