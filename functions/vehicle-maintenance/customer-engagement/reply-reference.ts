import { createHash } from 'node:crypto';

/** Conversation and request that an answer belongs to. */
export interface ReplyAddress {
  readonly correlationId: string;
  readonly requestId: string;
}

/** A reference found in a text, with the answers it may carry. */
export interface ReplyReference extends ReplyAddress {
  /** Text of the reference as the notice has it, upper case. */
  readonly reference: string;
  readonly options: readonly ReplyOption[];
}

export const REPLY_OPTIONS = ['accept', 'decline'] as const;
export type ReplyOption = (typeof REPLY_OPTIONS)[number];

/** Crockford's base 32: no I, L, O, U, so that it survives being read out and typed in. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PATTERN = /\bLW-([0-9A-Z]+)-([0-9A-Z]+)-([0-9A-Z]{4})\b/gi;
/** Marks a part that is text; a UUID's 26 digits begin with 0 to 7. */
const TEXT = 'X';

/**
 * The code a customer answers with: `LW-<conversation>-<request>-<check>`, 62 characters for two UUIDs, without case, and with a
 * check against typing errors. It is an address, no secret: who answers must be checked by other means where that matters.
 */
export function renderReplyReference({ correlationId, requestId }: ReplyAddress): string {
  return `LW-${encodePart(correlationId)}-${encodePart(requestId)}-${check({ correlationId, requestId })}`;
}

/**
 * Finds the first valid reference in the text of a mail or message: plain, quoted with `>`, HTML, or still in quoted-printable
 * with its soft line breaks. Undefined when there is none or its check fails.
 */
export function parseReplyReference(mailText: string): ReplyReference | undefined {
  const joined = mailText.replaceAll(/=\r?\n/g, '');
  for (const [found, conversation = '', request = '', checked = ''] of joined.matchAll(PATTERN)) {
    const correlationId = decodePart(conversation.toUpperCase());
    const requestId = decodePart(request.toUpperCase());
    if (correlationId === undefined || requestId === undefined) continue;
    if (check({ correlationId, requestId }) !== checked.toUpperCase()) continue;
    return { reference: found.toUpperCase(), correlationId, requestId, options: REPLY_OPTIONS };
  }
  return undefined;
}

/**
 * Reads a customer's answer: the reference, and the word accept or decline that begins the message. Only its first line with
 * text counts, because the notice that mail programs repeat below, quoted or not, holds both words. Undefined when either is
 * missing, so that a person can look at it.
 */
export function parseReply(mailText: string): (ReplyReference & { readonly answer: ReplyOption }) | undefined {
  const reference = parseReplyReference(mailText);
  const word = /^\s*(accept|decline)\b/i.exec(mailText)?.[1]?.toLowerCase();
  const answer = REPLY_OPTIONS.find((option) => option === word);
  return reference === undefined || answer === undefined ? undefined : { ...reference, answer };
}

const encodePart = (id: string): string =>
  UUID.test(id)
    ? base32(BigInt(`0x${id.replaceAll('-', '')}`), 26)
    : TEXT + base32(BigInt(`0x01${Buffer.from(id, 'utf8').toString('hex')}`), 0);

function decodePart(part: string): string | undefined {
  const isText = part.startsWith(TEXT);
  const value = fromBase32(isText ? part.slice(1) : part);
  if (value === undefined) return undefined;
  const hex = value.toString(16);
  // The leading 01 keeps zero bytes at the start of a text.
  if (isText) return hex.startsWith('1') ? Buffer.from(hex.slice(1), 'hex').toString('utf8') : undefined;
  if (part.length !== 26 || hex.length > 32) return undefined;
  return hex.padStart(32, '0').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function base32(value: bigint, width: number): string {
  let rest = value;
  let text = '';
  while (rest > 0n) {
    text = ALPHABET.charAt(Number(rest & 31n)) + text;
    rest >>= 5n;
  }
  return text.padStart(width, '0');
}

function fromBase32(text: string): bigint | undefined {
  let value = 0n;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    value = (value << 5n) | BigInt(digit);
  }
  return value;
}

function check({ correlationId, requestId }: ReplyAddress): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([correlationId, requestId]))
    .digest();
  return base32(BigInt(digest.readUInt32BE(0) % 32 ** 4), 4);
}
