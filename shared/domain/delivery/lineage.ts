import { extendPath, stepOf } from './causal-path.js';
import type { Envelope } from '../wire/envelope.js';

/**
 * Fields that a message hands to those that follow from it. A publisher reads them off the message before by
 * {@link behind}, {@link offPath} or {@link behindHandling} and copies none of them itself.
 */
export interface Lineage {
  /** Conversation that the message belongs to. */
  readonly correlationId: string;
  /** Id of the message that led to it; absent from the first of a conversation. */
  readonly causationId?: string;
  /** Number of messages that led to it. */
  readonly hops: number;
  /** Handlings that led to it (`shared/domain/delivery/causal-path.ts`); absent when it is the first of its chain. */
  readonly path?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Tenant that the conversation belongs to. */
  readonly tenant?: string;
  /** Person or system on whose behalf the message is published. */
  readonly actor?: string;
}

/** Attributes of a message that the lineage of those behind it is read from. */
export type Ancestor = Pick<Envelope, 'id' | 'correlationid' | 'hops' | 'path' | 'traceparent' | 'tenant' | 'actor'>;

/** Attributes of an envelope that are its lineage. */
export type LineageAttributes = Pick<
  Envelope,
  'correlationid' | 'causationid' | 'hops' | 'path' | 'traceparent' | 'tenant' | 'actor'
>;

type Mutable<Given> = { -readonly [Name in keyof Given]: Given[Name] };

/** Lineage of a message that `message` leads to: one hop further, on the same causal path. */
export function behind(message: Ancestor): Lineage {
  const lineage: Mutable<Lineage> = {
    correlationId: message.correlationid,
    causationId: message.id,
    hops: message.hops + 1,
  };
  if (message.path !== undefined) lineage.path = message.path;
  if (message.traceparent !== undefined) lineage.traceparent = message.traceparent;
  if (message.tenant !== undefined) lineage.tenant = message.tenant;
  if (message.actor !== undefined) lineage.actor = message.actor;
  return lineage;
}

/**
 * Lineage of a message that the platform publishes about `message`: that of {@link behind} without the causal path. No
 * handling led to such a message, so that it counts for no circle; its hops are counted.
 */
export function offPath(message: Ancestor): Lineage {
  const { path: _path, ...lineage } = behind(message);
  return lineage;
}

/** Lineage of what `receiver` publishes in its handling of `message`: the causal path is one step longer. */
export function behindHandling(message: Ancestor & Pick<Envelope, 'type' | 'subject'>, receiver: string): Lineage {
  return { ...behind(message), path: extendPath(message.path, stepOf(receiver, message.type, message.subject)) };
}

/** A lineage as attributes of an envelope. */
export function attributesOf(lineage: Lineage): LineageAttributes {
  const attributes: Mutable<LineageAttributes> = { correlationid: lineage.correlationId, hops: lineage.hops };
  if (lineage.causationId !== undefined) attributes.causationid = lineage.causationId;
  if (lineage.path !== undefined) attributes.path = lineage.path;
  if (lineage.traceparent !== undefined) attributes.traceparent = lineage.traceparent;
  if (lineage.tenant !== undefined) attributes.tenant = lineage.tenant;
  if (lineage.actor !== undefined) attributes.actor = lineage.actor;
  return attributes;
}
