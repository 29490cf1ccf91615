import { milliseconds, type Duration } from '../../shared/domain/base/duration.js';
import type { AgentModel, ChannelModel, TopologyModel } from '../../shared/topology/model.js';
import { paintPriorities, plainPaint, type Paint } from './paint.js';
import { table } from './table.js';
import { span } from './time.js';

/** A topology in text: its flow of messages, the channels with their QoS, the lanes, the error paths. */
export function topologyText(
  model: TopologyModel,
  paint: Paint = plainPaint,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const channels = Object.values(model.channels).sort((a, b) => Number(a.system) - Number(b.system));
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
    ...flow(model, paint, width),
    ...heading('Channels'),
    ...channelTable(channels, paint, width),
    ...heading('Agents'),
    ...agentTable(agents, paint, width),
    ...heading('Error paths'),
    ...errorPaths(model, width),
  ].join('\n');
}

/** One block a publisher: type, channel, receivers. */
function flow(model: TopologyModel, paint: Paint, width: number): string[] {
  const publishers = [
    ...Object.values(model.ingress).map(({ name, as }) => ({ label: `ingress ${name}`, publishes: [as] })),
    ...Object.values(model.clients).map(({ id, publishes }) => ({ label: `client ${id}`, publishes })),
    ...Object.values(model.agents).map(({ id, publishes }) => ({ label: `agent ${id}`, publishes })),
  ];
  const published = new Set(publishers.flatMap(({ publishes }) => publishes));
  const carried = new Set(Object.values(model.channels).flatMap(({ carries }) => carries));
  const others = [...carried].filter((type) => !published.has(type));
  publishers.push({ label: 'workflow or platform', publishes: others });
  const rows = publishers.flatMap(({ label, publishes }) =>
    publishes.flatMap((type, index) => {
      const carriers = Object.values(model.channels).filter(({ carries }) => carries.includes(type));
      return carriers.map((channel, carrier) => {
        const self = label === `agent ${channel.subscribers[0] ?? ''}` && channel.subscribers.length === 1;
        const receivers = channel.subscribers.length === 0 || self ? '(no agent)' : channel.subscribers.join(', ');
        return [index + carrier === 0 ? label : '', type, `─ ${channel.name} →`, receivers];
      });
    }),
  );
  return rows.length === 0
    ? ['  nobody publishes anything']
    : table(rows, { indent: '  ', width, head: heads(['publisher', 'type', 'channel', 'receivers'], paint) });
}

function channelTable(channels: readonly ChannelModel[], paint: Paint, width: number): string[] {
  const rows = channels.map(({ name, qos, carries, system }) => [
    system ? { text: name, paint: paint.faint } : name,
    { text: qos.priorities.join(' '), paint: paintPriorities(paint) },
    short(qos.expires),
    qos.onExpiry,
    `${qos.tries}`,
    `${short(qos.backoff.first)} to ${short(qos.backoff.most)}`,
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
  return table(rows, { indent: '  ', width, head: heads(names, paint), right: [4, 6, 7] });
}

function agentTable(agents: readonly AgentModel[], paint: Paint, width: number): string[] {
  const rows = agents.map(({ id, runs, lanes, handles, handlerTimeout, role, capabilities }) => [
    id,
    runs,
    { text: lanes.join(' ') || '(none)', paint: paintPriorities(paint) },
    short(handlerTimeout),
    [...(role === undefined ? [] : [`role ${role}`]), ...capabilities].join(', ') || '–',
    handles.join(', ') || '(nothing)',
  ]);
  return table(rows, {
    indent: '  ',
    width,
    head: heads(['agent', 'runs', 'lanes', 'timeout', 'can', 'handles'], paint),
  });
}

function errorPaths(model: TopologyModel, width: number): string[] {
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
      ...ladders(model),
      ['any dead letter', 'ErrorReported on system.errors; reason and error in the ledger, body in the payload store'],
      ['a queue or rule target fails', 'its own dead letter queue, watched by an alarm'],
    ],
    { indent: '  ', width },
  );
}

/** Rows that list, for each channel with an escalation ladder, the rungs that follow a failed attempt. */
function ladders(model: TopologyModel): string[][] {
  return Object.values(model.channels).flatMap(({ name, escalation }) => {
    if (!escalation) return [];
    const rungs = escalation.map((rung) => {
      if (rung.kind === 'retry') return `retry ${rung.times}`;
      if (rung.kind === 'agent') return `another of ${rung.agents.join(', ')}`;
      return rung.kind === 'channel' ? `channel ${rung.channel}` : `a person within ${span(rung.within)}`;
    });
    return [[`an attempt on ${name} ends`, `${rungs.join(' -> ')} -> abort; told on system.attempts`]];
  });
}

function names(model: TopologyModel, action: 'drop' | 'dead-letter'): string {
  const own = Object.values(model.channels).filter(({ qos, system }) => !system && qos.onExpiry === action);
  return own.map(({ name }) => name).join(', ');
}

/** `1 minute` as `1 min`. */
function short(duration: Duration): string {
  return span(milliseconds(duration));
}

function heads(texts: readonly string[], paint: Paint) {
  return texts.map((text) => ({ text, paint: paint.faint }));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
