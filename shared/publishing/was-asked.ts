import { LanewayError } from '../domain/base/errors.js';
import type { PendingRecord } from '../domain/request/pending.js';
import { parseSource } from '../domain/wire/envelope.js';
import type { TopologyModel } from '../topology/model.js';

/**
 * Agents that a request was put to, in the order of its attempts; undefined where its command names no receiver, so that every
 * agent that handles it was asked.
 */
export function askedOf({ climb, receiver }: Pick<PendingRecord, 'climb' | 'receiver'>): string[] | undefined {
  const asked = (climb ? [...climb.tried, climb.receiver] : [receiver]).filter((agent) => agent !== undefined);
  // A request that went to a person at once was put to no agent, although its command names no receiver.
  return asked.length === 0 && (climb?.rung ?? -1) < 0 ? undefined : asked;
}

/** True for an agent that a request was put to, in this attempt or an earlier one, and that handles its command. */
export function wasAsked(agent: string, record: PendingRecord, { agents }: Pick<TopologyModel, 'agents'>): boolean {
  const isHandler = Object.hasOwn(agents, agent) && agents[agent]?.handles.includes(record.type) === true;
  return isHandler && askedOf(record)?.includes(agent) !== false;
}

/**
 * Refuses a reply of somebody who was not asked. The platform and its operators answer as well.
 * @throws LanewayError NOT_DECLARED, SENDER_MISMATCH
 */
export function checkAnswerer(source: string, record: PendingRecord, model: Pick<TopologyModel, 'agents'>): void {
  const by = parseSource(source);
  if (by?.kind === 'platform') return;
  const { requestId, type } = record;
  if (by?.kind !== 'agent' || model.agents[by.name]?.handles.includes(type) !== true)
    throw new LanewayError('NOT_DECLARED', `${source} answers request ${requestId}, which is none of its`);
  if (wasAsked(by.name, record, model)) return;
  throw new LanewayError('SENDER_MISMATCH', `${source} answers request ${requestId}, which it was not asked`, {
    help: [`asked were others: laneway requests get ${requestId}`],
  });
}

/**
 * True for an agent that may say of an attempt that it has failed: of the present one whom it was put to, of an earlier one, which
 * changes nothing any more, whoever was asked. Of the present one that a person has, no agent.
 */
export function mayFail(
  agent: string,
  attempt: number,
  record: PendingRecord,
  model: Pick<TopologyModel, 'agents'>,
): boolean {
  if (!wasAsked(agent, record, model)) return false;
  if (attempt !== record.attempt) return true;
  const { climb, receiver } = record;
  const present = climb ? climb.receiver : receiver;
  return present === undefined ? climb === undefined || climb.rung < 0 : present === agent;
}
