import type { AgentModel, ChannelModel, TopologyModel } from '../../shared/topology/model.js';
import { paintPriority, plainPaint, type Paint } from './paint.js';
import { table } from './table.js';

/** A topology in text: who says what to whom over what, the channels with their QoS, the lanes, the error paths. */
export function topologyText(model: TopologyModel, paint: Paint = plainPaint): string {
  const channels = Object.values(model.channels);
  const agents = Object.values(model.agents);
  const counts = [
    count(channels.filter((channel) => !channel.system).length, 'channel'),
    count(channels.filter((channel) => channel.system).length, 'system channel'),
    count(agents.length, 'agent'),
    count(Object.keys(model.clients).length, 'client'),
    `${Object.keys(model.ingress).length} ingress`,
  ];
  const heading = (text: string) => ['', paint.strong(text)];
  return [
    `${paint.strong(model.name)}: ${counts.join(', ')}; at most ${model.hopLimit} hops`,
    ...heading('Flow'),
    ...flow(model, paint),
    ...heading('Channels'),
    ...channelTable(channels, paint),
    ...heading('Agents'),
    ...agentTable(agents, paint),
    ...heading('Error paths'),
    ...errorPaths(model),
  ].join('\n');
}

/** One block a publisher: type, channel, receivers. */
function flow(model: TopologyModel, paint: Paint): string[] {
  const publishers = [
    ...Object.values(model.ingress).map(({ name, as }) => ({ label: `ingress ${name}`, publishes: [as] })),
    ...Object.values(model.clients).map(({ id, publishes }) => ({ label: `client ${id}`, publishes })),
    ...Object.values(model.agents).map(({ id, publishes }) => ({ label: `agent ${id}`, publishes })),
  ];
  const rows = publishers.flatMap(({ label, publishes }) =>
    publishes.flatMap((type, index) => {
      const carriers = Object.values(model.channels).filter(({ carries }) => carries.includes(type));
      return carriers.map((channel, carrier) => {
        const self = label === `agent ${channel.subscribers[0] ?? ''}` && channel.subscribers.length === 1;
        const receivers = channel.subscribers.length === 0 || self ? '(nobody)' : channel.subscribers.join(', ');
        return [index + carrier === 0 ? label : '', type, `─ ${channel.name} →`, receivers];
      });
    }),
  );
  return rows.length === 0
    ? ['  nobody publishes anything']
    : table(rows, { indent: '  ', head: heads(['publisher', 'type', 'channel', 'receivers'], paint) });
}

function channelTable(channels: readonly ChannelModel[], paint: Paint): string[] {
  const rows = channels.map(({ name, qos, carries, system }) => [
    system ? { text: name, paint: paint.faint } : name,
    { text: qos.priorities.join(' '), paint: paintPriority(qos.priorities[0] ?? 'normal', paint) },
    qos.expires,
    qos.onExpiry,
    `${qos.tries}`,
    `${qos.backoff.first} to ${qos.backoff.most}`,
    `${qos.batchSize}`,
    `${qos.maxDepth}`,
    qos.delivery,
    qos.acks,
    carries.join(', '),
  ]);
  const names = [
    'channel',
    'priorities',
    'expires',
    'then',
    'tries',
    'backoff',
    'batch',
    'depth',
    'by',
    'acks',
    'carries',
  ];
  return table(rows, { indent: '  ', head: heads(names, paint), right: [4, 6, 7] });
}

function agentTable(agents: readonly AgentModel[], paint: Paint): string[] {
  const rows = agents.map(({ id, lanes, handles, handlerTimeout, role, capabilities }) => [
    id,
    { text: lanes.join(' ') || '(none)', paint: paintPriority(lanes[0] ?? 'low', paint) },
    handlerTimeout,
    [...(role === undefined ? [] : [`role ${role}`]), ...capabilities].join(', ') || '–',
    handles.join(', ') || '(nothing)',
  ]);
  return table(rows, { indent: '  ', head: heads(['agent', 'lanes', 'timeout', 'can', 'handles'], paint) });
}

function errorPaths(model: TopologyModel): string[] {
  const tries = Object.values(model.channels).map(({ qos }) => qos.tries);
  const range =
    tries.length === 0
      ? ''
      : `${Math.min(...tries)}${Math.max(...tries) > Math.min(...tries) ? ` to ${Math.max(...tries)}` : ''}`;
  const dropping = names(model, 'drop');
  const keeping = names(model, 'dead-letter');
  return table(
    [
      ['handler fails', `tried again after the backoff, ${range} tries by channel, then a dead letter: exhausted`],
      ['permanent error, wrong schema, wrong sender', 'dead letter at once'],
      ...(keeping === '' ? [] : [['expired', `dead letter on ${keeping}`]]),
      ...(dropping === '' ? [] : [['expired', `recorded and dropped on ${dropping}`]]),
      ['unknown channel, priority or receiver', 'unroutable queue, then the ledger with the reason'],
      ['command becomes a dead letter', 'RequestFailed on system.timeouts; whoever waits hears it'],
      ['no reply by the deadline', 'RequestTimedOut on system.timeouts'],
      ['any dead letter', 'ErrorReported on system.errors; reason and error in the ledger, body in the payload store'],
      ['a queue or rule target fails', 'its own dead letter queue, watched by an alarm'],
    ],
    { indent: '  ' },
  );
}

function names(model: TopologyModel, action: 'drop' | 'dead-letter'): string {
  const own = Object.values(model.channels).filter(({ qos, system }) => !system && qos.onExpiry === action);
  return own.map(({ name }) => name).join(', ');
}

function heads(texts: readonly string[], paint: Paint) {
  return texts.map((text) => ({ text, paint: paint.faint }));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
