import type { ChannelModel, TopologyModel } from '../../shared/topology/model.js';
import { escapeText } from './mermaid.js';

/**
 * A topology as a Mermaid flow chart: clients, ingress and agents publish on channels; channels lead to the lanes of
 * their subscribers; dashed, where what cannot be handled goes. System channels are drawn where somebody hears them.
 */
export function topologyMermaid(model: TopologyModel): string {
  const channels = Object.values(model.channels).filter((channel) => !channel.system || channel.subscribers.length > 0);
  const publishers = publisherEdges(model, channels);
  return [
    'flowchart LR',
    ...Object.keys(model.clients).map((id) => `  ${node('client', id)}(["${escapeText(id)}"])`),
    ...Object.values(model.ingress).map(({ name }) => `  ${node('ingress', name)}>"ingress ${escapeText(name)}"]`),
    ...channels.map((channel) => `  ${node('channel', channel.name)}{{"${channelLabel(channel)}"}}`),
    ...Object.values(model.agents).map((agent) => {
      const lanes = agent.lanes.length === 0 ? 'no lanes' : agent.lanes.join(' · ');
      const where = agent.runs === 'worker' ? 'worker · ' : '';
      return `  ${node('agent', agent.id)}["${escapeText(agent.id)}<br/><small>${where}${lanes}</small>"]`;
    }),
    '  unroutable[("unroutable")]',
    '  deadletters[("dead letters → ledger")]',
    ...publishers,
    ...channels.flatMap((channel) =>
      channel.subscribers.map((agent) => {
        const arrow = channel.qos.delivery === 'direct' ? '==>' : '-->';
        return `  ${node('channel', channel.name)} ${arrow}|"${channel.qos.priorities.join(', ')}"| ${node('agent', agent)}`;
      }),
    ),
    ...Object.values(model.agents)
      .filter((agent) => agent.lanes.length > 0)
      .map((agent) => `  ${node('agent', agent.id)} -. "permanent, or tries used up" .-> deadletters`),
    '  bus["event bus"] -. "unknown channel, priority or receiver" .-> unroutable',
    '  unroutable -.-> deadletters',
    '  classDef error stroke-dasharray: 4 3;',
    '  class unroutable,deadletters error;',
  ].join('\n');
}

function channelLabel({ name, qos }: ChannelModel): string {
  const tries = `${qos.tries} ${qos.tries === 1 ? 'try' : 'tries'}`;
  return `${escapeText(name)}<br/><small>expires ${qos.expires} · ${tries}</small>`;
}

function publisherEdges(model: TopologyModel, channels: readonly ChannelModel[]): string[] {
  const publishers = [
    ...Object.values(model.clients).map(({ id, publishes }) => ({ from: node('client', id), publishes })),
    ...Object.values(model.ingress).map(({ name, as }) => ({ from: node('ingress', name), publishes: [as] })),
    ...Object.values(model.agents).map(({ id, publishes }) => ({ from: node('agent', id), publishes })),
  ];
  return publishers.flatMap(({ from, publishes }) =>
    channels.flatMap((channel) => {
      const types = channel.carries.filter((type) => publishes.includes(type));
      return types.length === 0
        ? []
        : [`  ${from} -->|"${escapeText(types.join(', '))}"| ${node('channel', channel.name)}`];
    }),
  );
}

/** Mermaid ids are words; the kind keeps an agent and a channel of one name apart. */
function node(kind: 'client' | 'ingress' | 'channel' | 'agent', name: string): string {
  return `${kind}_${name.replace(/[^A-Za-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`)}`;
}
