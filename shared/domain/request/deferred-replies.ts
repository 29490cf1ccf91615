import { Buffer } from 'node:buffer';
import { isWellFormed } from '../base/cut-text.js';
import { LanewayError } from '../base/errors.js';
import type { Envelope } from '../wire/envelope.js';

/** Command whose reply was put off, with the key under which its agent answers it later. */
export interface DeferredReply {
  readonly agent: string;
  readonly command: string;
  readonly key: string;
  /** The command without its payload. */
  readonly envelope: Envelope;
  /** Seconds since 1970 after which it may be forgotten. */
  readonly forgetAfter: number;
}

/** Replies that were put off (`replyLater`), by agent, command and key. */
export interface DeferredReplyStore {
  put(later: DeferredReply): Promise<void>;
  get(agent: string, command: string, key: string): Promise<DeferredReply | undefined>;
}

/** Most bytes of the key of a put-off reply: a sort key of DynamoDB takes 1,024, and the command's name is in it, too. */
export const KEY_BYTES = 880;

/** Checks the key of a put-off reply, which is stored as it is. @throws LanewayError INVALID_OPTION */
export function checkReplyKey(key: unknown): void {
  const isText = typeof key === 'string';
  if (isText && key !== '' && Buffer.byteLength(key) <= KEY_BYTES && isWellFormed(key)) return;
  throw new LanewayError(
    'INVALID_OPTION',
    `the key of a put-off reply is ${isText ? `of ${key.length} characters` : typeof key}`,
    {
      help: [`allowed: a text of 1 to ${KEY_BYTES} bytes in UTF-8, without half of a surrogate pair`],
    },
  );
}
