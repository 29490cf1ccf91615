import type { Duration } from '../domain/base/duration.js';
import type { PublishOptions } from './compose-message.js';
import type { Standing } from './publish-message.js';

/** Options of a client's `publish`. */
export interface ClientPublishOptions extends PublishOptions {
  /** Conversation to join. @defaultValue a new one */
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly tenant?: string;
  /** On whose behalf. */
  readonly actor?: string;
  /** Id of the message: publishing it again is the same message. @defaultValue a new one */
  readonly id?: string;
}

/** Options of a client's `request`. */
export interface RequestOptions extends Omit<ClientPublishOptions, 'deadline'> {
  readonly timeout: Duration;
  /** Aborting it takes the request back and ends the wait with what it was aborted with. */
  readonly signal?: AbortSignal;
}

/** The options of a client, as what composes a message takes them and as where the message stands. */
export function standingOf({ correlationId, causationId, tenant, actor, id, ...options }: ClientPublishOptions): {
  readonly options: PublishOptions;
  readonly standing: Standing;
} {
  return {
    options,
    standing: {
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(causationId === undefined ? {} : { causationId }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(actor === undefined ? {} : { actor }),
      ...(id === undefined ? {} : { id }),
      waiter: { kind: 'client' },
    },
  };
}
