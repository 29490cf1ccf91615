/*
 * Keys of the payload store. Each begins with the name of its writer, so that a role writes below one prefix. The part after
 * it holds a `=`, which no id does: whatever a conversation is called, a pattern for a channel matches that channel alone.
 */

/** Kinds of texts that a writer keeps besides payloads: lists of what it published, bodies of dead letters, values of executions. */
type Kept = 'emissions' | 'letters' | 'state';

/** Place of the payloads that a writer publishes on a channel in a conversation: `agent.billing/channel=invoices/<conversation>`. */
export function writerPlace(channel: string, writer: string, correlationId: string): string {
  return `${writer}/channel=${channel}/${correlationId}`;
}

/** Place of a long reply in a conversation, as its writer puts it aside for the request's `requester`. */
export function replyPlace(requester: string, writer: string, correlationId: string): string {
  return `${writer}/replies=${requester}/${correlationId}`;
}

/** Place of what a writer keeps: `agent.billing/kept=emissions/<ids>`. */
export function keptPlace(writer: string, kind: Kept, ...ids: readonly string[]): string {
  return [`${writer}/kept=${kind}`, ...ids].join('/');
}

/** Pattern of all keys of a writer. */
export function keysOf(writer: string): string {
  return `${writer}/*`;
}
