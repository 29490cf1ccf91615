import type { Duration } from '../domain/base/duration.js';
import type { PublishOptions } from './compose-message.js';

/** Options of a client's `publish`. */
export interface ClientPublishOptions<Capability extends string = string> extends PublishOptions<Capability> {
  /** Conversation to join. @defaultValue a new one */
  readonly correlationId?: string;
  /** Id of the message that led to this one. */
  readonly causationId?: string;
  /** Tenant that the conversation belongs to; messages published in its handling inherit it. */
  readonly tenant?: string;
  /** Person or system on whose behalf the message is published; messages published in its handling inherit it. */
  readonly actor?: string;
  /** Id of the message: publishing it again is the same message. @defaultValue a new one */
  readonly id?: string;
}

/** Options of a client's `request`. */
export interface RequestOptions<Capability extends string = string> extends Omit<
  ClientPublishOptions<Capability>,
  'deadline'
> {
  /** Time from the call to the deadline of the request. @defaultValue `defaults.requestTimeout` of the topology, else 5 minutes */
  readonly timeout?: Duration;
  /** Signal that takes the request back when it aborts; the wait then ends with the signal's reason. */
  readonly signal?: AbortSignal;
}
