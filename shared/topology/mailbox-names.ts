import { physicalName } from '../domain/base/physical-name.js';
import type { Priority } from '../domain/base/priority.js';
import type { TopologyModel } from './model.js';

/*
 * Queues of mailboxes are named by a rule, so that a function finds all of them from the topology in its code. Their
 * URLs in its environment would grow with the topology, and Lambda takes 4 KB.
 */

/** Place and beginning of the names of an application's mailboxes: the value of `LANEWAY_MAILBOXES`. */
export interface MailboxNaming {
  /** First part of every queue's name. */
  readonly prefix: string;
  /** URL of any queue of the same account and region. */
  readonly like: string;
}

/** URLs of lanes: agent -> priority -> URL. */
export type LaneUrls = Readonly<Record<string, Readonly<Partial<Record<Priority, string>>>>>;

/** Name of the queue of a lane. */
export function laneName(prefix: string, agent: string, priority: Priority): string {
  return physicalName(prefix, agent, priority);
}

/** Name of the dead letter queue of a mailbox. */
export function deadLettersName(prefix: string, agent: string): string {
  return physicalName(prefix, agent, 'dead-letters');
}

/** URLs of the lanes of `agents`; an agent that the topology does not have has none. @defaultValue of all agents */
export function laneUrlsOf(
  { agents }: TopologyModel,
  { prefix, like }: MailboxNaming,
  of: readonly string[] = Object.keys(agents),
): LaneUrls {
  const place = like.slice(0, like.lastIndexOf('/') + 1);
  return Object.fromEntries(
    of.map((agent) => {
      const lanes = agents[agent]?.lanes ?? [];
      return [agent, Object.fromEntries(lanes.map((lane) => [lane, `${place}${laneName(prefix, agent, lane)}`]))];
    }),
  );
}
