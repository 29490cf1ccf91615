import type { QosProfile } from '../domain/delivery/qos.js';
import { EMERGENCY_CHANNELS } from '../message/emergency-messages.js';
import type { MessageType } from '../message/message-type.js';
import { SYSTEM_CHANNELS, type SystemChannelName } from '../message/system-messages.js';
import { buildModel } from './build-model.js';
import type { CapabilitySpec } from './selection/selection-spec.js';
import type { AgentSpec, ChannelSpec, CheckedLadders, ClientSpec, Topology, TopologySpec } from './topology.js';

/**
 * Declares the topology of an application and checks it: names, references, QoS, carriers, handlers for every command.
 * The same checks hold at compile time where the types are literal.
 *
 * @param name lower-case letters, digits and dashes; it stands in sources and stack names
 * @throws LanewayError INVALID_TOPOLOGY, UNKNOWN_CHANNEL, UNKNOWN_CAPABILITY, AMBIGUOUS_CHANNEL, INVALID_OPTION or
 * INVALID_DURATION, each with the place
 */
export function defineTopology<
  const Name extends string,
  const Channels extends Record<string, ChannelSpec>,
  const Agents extends Record<
    string,
    AgentSpec<(keyof NoInfer<Channels> & string) | SystemChannelName, keyof NoInfer<Capabilities> & string>
  >,
  const Clients extends Record<string, ClientSpec> = Record<never, ClientSpec>,
  const Capabilities extends Record<string, CapabilitySpec> = Record<string, CapabilitySpec>,
>(
  name: Name,
  spec: TopologySpec<Channels, Agents, Clients, Capabilities> & CheckedLadders<NoInfer<Channels>, NoInfer<Agents>>,
): Topology<Name, Channels, Agents, Clients> {
  const { emergency: hearsEmergencies = false } = spec;
  const own: Record<string, ChannelSpec> = hearsEmergencies ? EMERGENCY_CHANNELS : {};
  const channels: Record<string, ChannelSpec> = { ...SYSTEM_CHANNELS, ...own, ...spec.channels };
  const ingress = spec.ingress ?? {};
  const types = new Map<string, MessageType>();
  const model = buildModel(
    {
      name,
      channels,
      own: Object.keys(spec.channels),
      agents: spec.agents,
      clients: spec.clients ?? {},
      ingress,
      capabilities: spec.capabilities,
      ...{ defaults: spec.defaults ?? {}, hearsEmergencies },
      profiles: spec.profiles ?? ({} satisfies Record<string, QosProfile>),
      hopLimit: spec.hopLimit ?? 32,
      cycleLimit: spec.cycleLimit ?? 8,
      conversationBudget: spec.conversationBudget ?? 10_000,
    },
    types,
  );
  return {
    name,
    channels: spec.channels,
    agents: spec.agents,
    clients: (spec.clients ?? {}) as Clients,
    ingress,
    types,
    model,
  };
}
