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
