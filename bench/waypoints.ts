import type { LedgerEntry } from '../shared/domain/evidence/conversation.js';

/** A stretch of a conversation's critical path. */
export interface Waypoint {
  readonly name: string;
  readonly ms: number;
}

/** Time that a person or system outside took before publishing a message; it is left out. */
export interface Paused {
  readonly type: string;
  readonly from: number;
  readonly until: number;
}

/**
 * The critical path of a conversation from its ledger entries. A message is on the way from its stamp until its receiver
 * leased it or closed its request; then the receiver is at work, until the stamp of the next message.
 *
 * @param types the messages of the path in order
 */
export function waypoints(
  entries: readonly LedgerEntry[],
  types: readonly string[],
  began: number,
  paused?: Paused,
): Waypoint[] {
  const found: Waypoint[] = [];
  let last = began;
  const reach = (name: string, at: number | undefined): void => {
    if (at === undefined) return;
    found.push({ name, ms: at - last });
    last = at;
  };
  for (const type of types) {
    if (paused?.type === type) {
      reach('until the notice was sent', paused.from);
      last = paused.until;
    }
    const stamp = stampOf(entries, type);
    if (stamp === undefined) continue;
    reach(`until ${type} was stamped`, stamp.at);
    if (type !== types.at(-1)) reach(`${type} on its way`, takenAt(entries, stamp.id));
  }
  return found;
}

function stampOf(entries: readonly LedgerEntry[], type: string): { id: string; at: number } | undefined {
  for (const entry of entries) {
    const message =
      entry.kind === 'message'
        ? entry.intent.envelope
        : entry.kind === 'delivery'
          ? entry.delivery.emissions.find((emission) => emission.type === type)
          : undefined;
    if (message?.type === type) return { id: message.id, at: Date.parse(message.time) };
  }
  return undefined;
}

/** Milliseconds since 1970 at which a reply closed its request; else, at which a receiver other than the orchestrator took the message. */
function takenAt(entries: readonly LedgerEntry[], id: string): number | undefined {
  for (const entry of entries) {
    if (entry.kind === 'request' && entry.request.by === id) return Date.parse(entry.request.at);
  }
  for (const entry of entries) {
    if (entry.kind !== 'delivery' || entry.delivery.messageId !== id) continue;
    if (entry.delivery.receiver !== 'master-orchestrator') return Date.parse(entry.delivery.firstReceived);
  }
  return undefined;
}
