import { recently } from '../base/recently.js';
import { parseSource } from '../wire/envelope.js';

/** A part of an application that can be cut off from it: what may write under a name of its own. */
export interface Party {
  /** Kind of the part. */
  readonly kind: 'agent' | 'client' | 'ingress';
  /** Its name in the topology. */
  readonly name: string;
}

/** A quarantine: in force until it is released. Times are ISO 8601. */
export interface Quarantine extends Party {
  /** Person or program that cut it off. */
  readonly by: string;
  /** Reason that it gave. */
  readonly why: string;
  /** Instant from which it is in force. */
  readonly since: string;
  /** Instant of the release; absent while it is in force. */
  readonly released?: string;
}

/** The quarantines of an application, one at most for each of its parts: the latest. Few, and read often. */
export interface QuarantineStore {
  /** Every quarantine, released ones included; consistent. */
  all(): Promise<readonly Quarantine[]>;
  /** Records a quarantine, unless one of the same party is in force. @returns the one that is in force now */
  begin(quarantine: Quarantine): Promise<Quarantine>;
  /** Ends the quarantine of a party. @returns it; undefined when there was none in force */
  end(party: Party, at: string): Promise<Quarantine | undefined>;
}

/** Time for which an agent was in quarantine, ISO 8601. */
export interface HeldTime {
  /** Instant from which it took nothing. */
  readonly since: string;
  /** Instant of its release. */
  readonly until: string;
}

/** Times for which agents were in quarantine; an agent may read its own. */
export interface HeldTimes {
  /** Times that are over, in no order. They may be half a minute old. */
  of(agent: string): Promise<readonly HeldTime[]>;
}

/** Milliseconds of a stretch, given in milliseconds since 1970, for which an agent was in quarantine. */
export function heldWithin(times: readonly HeldTime[], from: number, to: number): number {
  return times.reduce((sum, { since, until }) => {
    const overlap = Math.min(to, Date.parse(until)) - Math.max(from, Date.parse(since));
    return sum + Math.max(0, overlap);
  }, 0);
}

/** Time for which {@link recentQuarantines} answers from what it has read, milliseconds. */
export const RECENT_QUARANTINES_MS = 10_000;

/** Quarantines for somebody who asks at every message: read anew every ten seconds, so that their item does not become hot. */
export function recentQuarantines(
  store: Pick<QuarantineStore, 'all'>,
  now: () => number,
): Pick<QuarantineStore, 'all'> {
  return { all: recently(() => store.all(), now, RECENT_QUARANTINES_MS) };
}

/** A party's name among all writers of an application: `agent.clerk`. */
export function partyName({ kind, name }: Party): string {
  return `${kind}.${name}`;
}

/** Conversation of the ledger that holds the notes on a party's quarantines. */
export function quarantineConversation(party: Party): string {
  return `quarantine:${partyName(party)}`;
}

/** True until it is released. */
export function isInForce({ released }: Quarantine): boolean {
  return released === undefined;
}

/**
 * Time after a release for which messages to the agent are still left to it, milliseconds: as long as a message may live. They have
 * waited in its lanes, and their time did not run meanwhile.
 */
export const CATCH_UP_MS = 4 * 86_400_000;

/** Parties whose messages are left alone. */
export interface Held {
  /** Nothing is sent in the name of that source. */
  readonly source: (source: string) => boolean;
  /** Nothing is given up, or sent once more, because that receiver does not take it. */
  readonly receiver: (receiver: string) => boolean;
  /** True for an agent that takes nothing just now. */
  readonly agent: (agent: string) => boolean;
  /** True when nobody is held at all. */
  readonly isNobody: boolean;
}

/** Reads off the quarantines who is held at an instant, milliseconds since 1970. */
export function heldBy(quarantines: readonly Quarantine[], now: number): Held {
  const inForce = new Set(quarantines.filter(isInForce).map(partyName));
  const catchingUp = quarantines.filter(({ released }) => now - Date.parse(released ?? '') < CATCH_UP_MS);
  const receivers = new Set([...inForce, ...catchingUp.map(partyName)]);
  return {
    source: (source) => {
      const by = parseSource(source);
      return by !== undefined && inForce.has(`${by.kind}.${by.name}`);
    },
    receiver: (receiver) => receivers.has(`agent.${receiver}`),
    agent: (agent) => inForce.has(`agent.${agent}`),
    isNobody: receivers.size === 0,
  };
}
