import { createHash, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const RANDOM_BYTES = 16;
const UUID_LENGTH = 36;
/** Random bytes, fetched for many ids at once: asking the system for 16 of them takes longer than the rest of the making. */
const pool = new Uint8Array(RANDOM_BYTES * 256);
const drawn = { bytes: pool.length, time: 0, sequence: 0 };

/**
 * Makes a new id. Ids sort by time; those of one process within one millisecond sort in the order of their making
 * (UUIDv7, RFC 9562 §5.7, with the counter of §6.2 method 1).
 */
export function newId(): string {
  if (drawn.bytes === pool.length) {
    randomFillSync(pool);
    drawn.bytes = 0;
  }
  const random = pool.subarray(drawn.bytes, (drawn.bytes += RANDOM_BYTES));
  const now = Date.now();
  if (now > drawn.time) {
    drawn.time = now;
    // The counter starts with 31 of its 32 bits, so that it has room to count.
    drawn.sequence = new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1;
  } else {
    drawn.sequence = (drawn.sequence + 1) >>> 0;
    if (drawn.sequence === 0) drawn.time += 1;
  }
  return v7({ random, msecs: drawn.time, seq: drawn.sequence });
}

/**
 * The id that follows from `parts`: the same parts give the same id on every machine (UUIDv8, RFC 9562 §5.8, whose
 * custom bits are the first 122 of a SHA-256). Used where a repetition must not make a second message.
 */
export function derivedId(...parts: readonly string[]): string {
  // Length prefixes keep ('ab', 'c') and ('a', 'bc') apart.
  const bytes = createHash('sha256')
    .update(parts.map((part) => `${part.length}:${part}`).join(''))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The conversation that a foreign event starts through an ingress: the same event starts the same one. */
export function ingressConversation(ingress: string, eventId: string): string {
  return derivedId('ingress-conversation', ingress, eventId);
}

/**
 * True for a text that can be the id of a message or a conversation: 1 to 128 letters, digits and `_ . : -`. Ids are
 * parts of table and payload keys, where `#` and `/` separate. Only the conversation of a text that could not be read
 * begins with `unparsed#`.
 */
export function canBeId(text: string): boolean {
  return isPlainId(text) || /^(?:unparsed#)?[\w.:-]{1,128}$/.test(text);
}

/** Characters that stand in a UUID, of which nearly all ids are made. */
const PLAIN = new Uint8Array(128);
for (const character of '0123456789abcdef-') PLAIN[character.charCodeAt(0)] = 1;

/** True for a text of up to 36 digits, letters a to f and dashes. Each message has several ids, and a loop is faster than the expression. */
function isPlainId(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > UUID_LENGTH) return false;
  for (let at = 0; at < length; at++) if (PLAIN[text.charCodeAt(at)] !== 1) return false;
  return true;
}

/** True for a text with the shape of a UUID of any version, in lower case. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}
