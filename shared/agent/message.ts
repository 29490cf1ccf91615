import type { Envelope } from '../domain/wire/envelope.js';
import { timeOf } from '../domain/base/iso-time.js';
import type { Priority } from '../domain/base/priority.js';
import type { DataOf, MessageType } from '../message/message-type.js';

/** A message as a handler sees it: its payload checked and of the latest version, its times as dates. */
export interface Message<Type extends MessageType = MessageType> {
  readonly id: string;
  readonly type: Type['name'];
  readonly data: DataOf<Type>;
  readonly channel: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly requestId?: string;
  readonly priority: Priority;
  /** `laneway.<app>.{agent|client|ingress|platform}.<name>` */
  readonly source: string;
  readonly subject?: string;
  readonly time: Date;
  readonly expires: Date;
  readonly deadline?: Date;
  /** 1 for the first attempt of a request. */
  readonly attempt: number;
  readonly tenant?: string;
  readonly actor?: string;
}

/** The handler's view of an envelope. */
export function messageOf(envelope: Envelope, data: unknown): Message {
  const message: { -readonly [Name in keyof Message]: Message[Name] } = {
    id: envelope.id,
    type: envelope.type,
    data,
    channel: envelope.channel,
    correlationId: envelope.correlationid,
    priority: envelope.priority,
    source: envelope.source,
    time: new Date(timeOf(envelope.time)),
    expires: new Date(timeOf(envelope.expires)),
    attempt: envelope.attempt,
  };
  // One by one, and not spread: this is made for every message.
  if (envelope.causationid !== undefined) message.causationId = envelope.causationid;
  if (envelope.requestid !== undefined) message.requestId = envelope.requestid;
  if (envelope.subject !== undefined) message.subject = envelope.subject;
  if (envelope.deadline !== undefined) message.deadline = new Date(envelope.deadline);
  if (envelope.tenant !== undefined) message.tenant = envelope.tenant;
  if (envelope.actor !== undefined) message.actor = envelope.actor;
  return message;
}
