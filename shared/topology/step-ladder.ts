import type { DispatchAttempts } from '../domain/execution/dispatch.js';
import { milliseconds } from '../domain/base/duration.js';
import { LanewayError } from '../domain/base/errors.js';
import { ownLadder, type Climb, type Rung } from '../domain/request/ladder.js';
import { carriersOf } from './addressing.js';
import { rungsOf } from './ladder-of.js';
import type { ChannelModel, TopologyModel } from './model.js';
import type { Topology } from './topology.js';

/**
 * The ladder that a step gives its request, with the agents that the topology has now. A fallback that it does not have
 * any more is left out: the definition was checked when it was made, and its executions may outlive a deployment.
 */
export function stepLadder(attempts: DispatchAttempts, command: string, topology: Topology): Rung[] {
  const { timeout, tries, fallback } = attempts;
  const { only: channel } = carriersOf(topology.model, command);
  const others = channel ? fallback.flatMap((one) => rungIfThere(one, channel, command, topology)) : [];
  return ownLadder({ timeout: milliseconds(timeout), tries }, others);
}

/** The ladder that a request climbs: its own, else that of its channel. */
export function climbedLadder(model: TopologyModel, climb: Climb): readonly Rung[] {
  return climb.ladder ?? model.channels[climb.channel]?.escalation ?? [];
}

function rungIfThere(
  fallback: DispatchAttempts['fallback'][number],
  channel: ChannelModel,
  command: string,
  topology: Topology,
): Rung[] {
  try {
    return stepRungs([fallback], channel, command, topology);
  } catch (error) {
    if (error instanceof LanewayError) return [];
    throw error;
  }
}

/**
 * The rungs of a step's fallback, checked as those of a channel that carries nothing but its command.
 * @throws LanewayError as `ladderOf`, with the place in the fallback
 */
export function stepRungs(
  fallback: DispatchAttempts['fallback'],
  channel: ChannelModel,
  command: string,
  { name, model, types }: Topology,
): Rung[] {
  const { channels, agents } = model;
  return rungsOf(fallback, { ...channel, carries: [command] }, 'fallback', { topology: name, channels, agents, types });
}
