import { LanewayError, unknownName } from '../domain/base/errors.js';
import type { MessageType } from '../message/message-type.js';
import type { EachAgent } from '../topology/addressing.js';
import type { ChannelModel, TopologyModel } from '../topology/model.js';
import type { Topology } from '../topology/topology.js';

/** Publisher and request of a message that each of several agents is to get. */
interface Broadcasting {
  readonly topology: Topology;
  readonly sender?: string;
  readonly requestId?: string;
}

/**
 * Checks a message for each of several agents. Every one of a list must be a subscriber: who is left out in silence would be
 * missed by nobody. A ladder of the channel may ask the same agent again, and nobody in its place.
 * @throws LanewayError UNKNOWN_RECEIVER; INVALID_OPTION for an empty list, a ladder that asks others, and a request that is one already
 */
export function checkEach(type: MessageType, { all }: EachAgent, channel: ChannelModel, by: Broadcasting): void {
  const { topology, sender, requestId } = by;
  if (Array.isArray(all)) checkList(type, all, channel, topology.model, sender);
  if (type.kind !== 'command') return;
  const other = channel.escalation?.find(({ kind }) => kind !== 'retry');
  if (other) {
    throw new LanewayError(
      'INVALID_OPTION',
      `${type.name} is for each of several agents, and '${channel.name}' has a ladder that asks others in their place`,
      {
        help: [
          'allowed: a channel without a ladder, or with { retry } alone: what one agent is asked, no other answers',
          `carry ${type.name} on a channel of its own for this, and name it: { channel: '...' }`,
        ],
      },
    );
  }
  if (requestId === undefined) return;
  throw new LanewayError('INVALID_OPTION', `${type.name} of one request is for each of several agents`, {
    help: ['a step of a workflow asks one agent: ask in a handler or as a client, where each is a request of its own'],
  });
}

function checkList(
  type: MessageType,
  all: readonly string[],
  { name, subscribers }: ChannelModel,
  model: TopologyModel,
  sender: string | undefined,
): void {
  if (all.length === 0) {
    throw new LanewayError('INVALID_OPTION', `${type.name} is addressed to an empty list of agents`, {
      help: ['allowed: one agent or more, or { all: true } for all subscribers'],
    });
  }
  const others = subscribers.filter((agent) => agent !== sender);
  for (const agent of all)
    if (!others.includes(agent))
      throw unknownName(
        'UNKNOWN_RECEIVER',
        `${type.name} on '${name}' is addressed to '${agent}' among others`,
        agent,
        others,
        model.name,
      );
}

/** Refuses `to: { all }` where one reply is waited for. @throws LanewayError INVALID_OPTION */
export function checkOneReceiver(type: MessageType, to: unknown): void {
  if (typeof to !== 'object' || to === null || !('all' in to)) return;
  throw new LanewayError('INVALID_OPTION', `${type.name} is for each of several agents, and one reply is waited for`, {
    help: ['wait for all of them: broadcast(...) in place of request(...)'],
  });
}
