import type { Envelope } from '../domain/envelope.js';
import type { Priority } from '../domain/priority.js';
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
  return {
    id: envelope.id,
    type: envelope.type,
    data,
    channel: envelope.channel,
    correlationId: envelope.correlationid,
    ...(envelope.causationid === undefined ? {} : { causationId: envelope.causationid }),
    ...(envelope.requestid === undefined ? {} : { requestId: envelope.requestid }),
    priority: envelope.priority,
    source: envelope.source,
    ...(envelope.subject === undefined ? {} : { subject: envelope.subject }),
    time: new Date(envelope.time),
    expires: new Date(envelope.expires),
    ...(envelope.deadline === undefined ? {} : { deadline: new Date(envelope.deadline) }),
    attempt: envelope.attempt,
    ...(envelope.tenant === undefined ? {} : { tenant: envelope.tenant }),
    ...(envelope.actor === undefined ? {} : { actor: envelope.actor }),
  };
}
