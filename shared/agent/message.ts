import type { Envelope } from '../domain/wire/envelope.js';
import type { Priority } from '../domain/base/priority.js';
import type { DataOf, MessageType } from '../message/message-type.js';

/** A message as a handler receives it: the payload checked and of the latest version, times as dates. */
export interface Message<Type extends MessageType = MessageType> {
  /** Id of the message; every copy of it has the same. */
  readonly id: string;
  /** Name of the message type. */
  readonly type: Type['name'];
  /** Payload, checked against the schema of the latest version. */
  readonly data: DataOf<Type>;
  /** Channel on which it was published. */
  readonly channel: string;
  /** Conversation that the message belongs to. */
  readonly correlationId: string;
  /** Id of the message in whose handling it was published; absent for the first one of a conversation. */
  readonly causationId?: string;
  /** Id of the request, on a command that names a reply and on its reply. */
  readonly requestId?: string;
  /** Priority with which it was published. */
  readonly priority: Priority;
  /** Publisher: `laneway.<app>.{agent|client|ingress|platform}.<name>`. */
  readonly source: string;
  /** Thing that the message is about (CloudEvents `subject`). */
  readonly subject?: string;
  /** Instant of publishing. */
  readonly time: Date;
  /** Instant from which it is no longer handled. */
  readonly expires: Date;
  /** Instant by which its request must be answered. */
  readonly deadline?: Date;
  /** Attempt of its request, 1 for the first. */
  readonly attempt: number;
  /** Tenant that the conversation belongs to. */
  readonly tenant?: string;
  /** Person or system on whose behalf it was published. */
  readonly actor?: string;
}

/** Times of an envelope, milliseconds since 1970. */
interface Times {
  readonly published: number;
  readonly expires: number;
}

/** The handler's view of an envelope. */
export function messageOf(envelope: Envelope, { published, expires }: Times, data: unknown): Message {
  const message: { -readonly [Name in keyof Message]: Message[Name] } = {
    id: envelope.id,
    type: envelope.type,
    data,
    channel: envelope.channel,
    correlationId: envelope.correlationid,
    priority: envelope.priority,
    source: envelope.source,
    time: new Date(published),
    expires: new Date(expires),
    attempt: envelope.attempt,
  };
  // Fields are set one by one and not spread: this is made for every message.
  if (envelope.causationid !== undefined) message.causationId = envelope.causationid;
  if (envelope.requestid !== undefined) message.requestId = envelope.requestid;
  if (envelope.subject !== undefined) message.subject = envelope.subject;
  if (envelope.deadline !== undefined) message.deadline = new Date(envelope.deadline);
  if (envelope.tenant !== undefined) message.tenant = envelope.tenant;
  if (envelope.actor !== undefined) message.actor = envelope.actor;
  return message;
}
