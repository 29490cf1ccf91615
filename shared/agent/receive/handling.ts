import type { DeliveryKey } from '../../domain/delivery/delivery.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import type { MessageType } from '../../message/message-type.js';
import type { BoundAgent } from '../create-agent.js';
import type { Stop } from './handling-run.js';
import type { Services } from './services.js';

/** One handling, as the chain starts it. */
export interface Handling {
  readonly bound: BoundAgent;
  readonly services: Services;
  readonly envelope: Envelope;
  readonly type: MessageType;
  readonly data: unknown;
  readonly key: DeliveryKey;
  readonly owner: string;
  readonly tries: number;
  /** Instant at which the process may be ended, milliseconds since 1970. */
  readonly end: number;
  /** Gets the function that stops the handling; the function that it returns is called at the end. */
  readonly attach?: (stop: Stop) => () => void;
}
