import { physicalName } from '../domain/base/physical-name.js';
import { laneFor, PRIORITIES, type Priority } from '../domain/base/priority.js';
import { lanesOfAgent } from './lanes-of.js';
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

/** Key of a lane among those of its agent: its priority, for one that direct channels lead to `direct-<priority>`. */
export type LaneKey = Priority | `direct-${Priority}`;

/** URLs of lanes: agent -> lane -> URL. */
export type LaneUrls = Readonly<Record<string, Readonly<Partial<Record<LaneKey, string>>>>>;

/** Key of a lane. @param direct true for one that publishers of direct channels send into */
export function laneKey(priority: Priority, direct: boolean): LaneKey {
  return direct ? `direct-${priority}` : priority;
}

/** True for the key of a lane that publishers of direct channels send into. */
export function isDirectLane(key: LaneKey): boolean {
  return key.startsWith('direct-');
}

/** Keys of all lanes of an agent: those of the bus first, each highest priority first. */
export function laneKeysOf(model: Pick<TopologyModel, 'agents' | 'channels'>, agent: string): LaneKey[] {
  const { bus, direct } = lanesOfAgent(model, agent);
  return [...bus, ...direct.map((priority) => laneKey(priority, true))];
}

/** URL of the lane that takes a priority: that lane, else the next higher one, else the highest, of the same kind. */
export function laneUrl(lanes: LaneUrls, agent: string, priority: Priority, direct: boolean): string | undefined {
  const own = Object.hasOwn(lanes, agent) ? (lanes[agent] ?? {}) : {};
  const lane = laneFor(
    priority,
    PRIORITIES.filter((one) => own[laneKey(one, direct)] !== undefined),
  );
  return lane && own[laneKey(lane, direct)];
}

/** Name of the queue of a lane. */
export function laneName(prefix: string, agent: string, lane: LaneKey): string {
  return physicalName(prefix, agent, lane);
}

/** Name of the dead letter queue of a mailbox. */
export function deadLettersName(prefix: string, agent: string): string {
  return physicalName(prefix, agent, 'dead-letters');
}

/** URLs of the lanes of `agents`; an agent that the topology does not have has none. @defaultValue of all agents */
export function laneUrlsOf(
  model: TopologyModel,
  { prefix, like }: MailboxNaming,
  of: readonly string[] = Object.keys(model.agents),
): LaneUrls {
  const place = like.slice(0, like.lastIndexOf('/') + 1);
  return Object.fromEntries(
    of.map((agent) => {
      const lanes = laneKeysOf(model, agent);
      return [agent, Object.fromEntries(lanes.map((lane) => [lane, `${place}${laneName(prefix, agent, lane)}`]))];
    }),
  );
}
