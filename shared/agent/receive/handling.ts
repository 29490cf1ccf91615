import type { MessageType } from '../../message/message-type.js';
import type { Delivery, Lease } from './delivery.js';
import type { Stop } from './stopped-handling.js';

/** One handling, as the chain starts it. */
export interface Handling {
  /** The delivery; a handler has nothing to do with the copy that it came by. */
  readonly delivery: Omit<Delivery, 'copy' | 'from' | 'alone' | 'at' | 'keeper'>;
  readonly lease: Lease;
  readonly type: MessageType;
  /** Payload, checked and of the latest version. */
  readonly data: unknown;
  /** Gets the function that stops the handling; the function that it returns is called at the end. */
  readonly attach: ((stop: Stop) => () => void) | undefined;
}
