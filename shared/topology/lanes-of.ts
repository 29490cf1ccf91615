import { inOrder, type Priority } from '../domain/base/priority.js';
import type { TopologyModel } from './model.js';

/** Lanes of an agent by what leads there, each highest priority first. */
export interface AgentLanes {
  /** Those that rules of the bus lead to. */
  readonly bus: readonly Priority[];
  /** Those that publishers of direct channels send into. Nobody else does, and none of those sends into the others. */
  readonly direct: readonly Priority[];
}

const known = new WeakMap<TopologyModel['channels'], Map<string, AgentLanes>>();
const NONE: AgentLanes = { bus: [], direct: [] };

/** The lanes of an agent; none of one that the topology does not have. They are worked out once for each topology. */
export function lanesOfAgent({ agents, channels }: Pick<TopologyModel, 'agents' | 'channels'>, id: string): AgentLanes {
  const found = known.get(channels)?.get(id);
  if (found) return found;
  const agent = Object.hasOwn(agents, id) ? agents[id] : undefined;
  if (!agent) return NONE;
  const used = (delivery: 'bus' | 'direct'): Priority[] =>
    inOrder(
      agent.subscribes.flatMap((channel) => {
        const qos = channels[channel]?.qos;
        return qos?.delivery === delivery ? qos.priorities : [];
      }),
    );
  const lanes = { bus: used('bus'), direct: used('direct') };
  const ofThese = known.get(channels) ?? new Map<string, AgentLanes>();
  known.set(channels, ofThese.set(id, lanes));
  return lanes;
}
