import { defined } from '../base/defined.js';
import type { Ancestor, Lineage } from '../delivery/lineage.js';

/** Part of a command's lineage that the record of its request keeps. */
export type RequestLineage = Pick<Lineage, 'correlationId' | 'hops' | 'tenant' | 'traceparent'>;

/** The part of `command`'s own lineage that the record of its request keeps. */
export function requestLineage(command: Omit<Ancestor, 'id'>): RequestLineage {
  const { correlationid: correlationId, hops, tenant, traceparent } = command;
  return { correlationId, hops, ...defined({ tenant, traceparent }) };
}

/** Lineage of the messages about a request: caused by the command of its current attempt. */
export function behindRequest(record: RequestLineage & { readonly messageId: string }): Lineage {
  const { correlationId, messageId, hops, tenant, traceparent } = record;
  return { correlationId, causationId: messageId, hops: hops + 1, ...defined({ tenant, traceparent }) };
}
