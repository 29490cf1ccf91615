/** An order that an agent, or one of its instances, takes nothing new: in force until it is ended. Times are ISO 8601. */
export interface Drain {
  /** Id of the agent. */
  readonly agent: string;
  /** Name of the instance; absent when all of the agent are meant. */
  readonly instance?: string;
  /** Person or program that ordered it. */
  readonly by: string;
  /** Reason that it gave. */
  readonly why: string;
  /** Instant from which it is in force. */
  readonly since: string;
  /** Id of the emergency whose measure it is: an operator's own order takes its place. */
  readonly emergency?: string;
}

/** The order that an instance is under; that on the whole agent before its own. */
export function drainOf(drains: readonly Drain[], instance: string): Drain | undefined {
  return drains.find((one) => one.instance === undefined) ?? drains.find((one) => one.instance === instance);
}

/** Conversation of the ledger that holds the notes on drains of an agent. */
export function drainConversation(agent: string): string {
  return `drain:${agent}`;
}
