import { createHash } from 'node:crypto';

/** Characters of a name of an SQS queue and of a state machine (service quotas). */
const LONGEST = 80;

/** Digits of the hash that ends a name which was cut. */
const DIGITS = 10;

/**
 * Name of a queue or a state machine from its parts, joined by `_`, which stands in no name of a stack, an agent or a
 * workflow: different parts give different names. A name over 80 characters is cut, and ends with the first ten digits
 * of the SHA-256 of all of it.
 */
export function physicalName(...parts: readonly string[]): string {
  const name = parts.join('_');
  if (name.length <= LONGEST) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, DIGITS);
  return `${name.slice(0, LONGEST - DIGITS - 1)}_${hash}`;
}
