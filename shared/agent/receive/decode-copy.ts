import { cutText } from '../../domain/base/cut-text.js';
import { LanewayError } from '../../domain/base/errors.js';
import { parseEnvelope, parseSource, type Envelope } from '../../domain/wire/envelope.js';
import { EMERGENCY_CHANNEL } from '../../message/emergency-messages.js';
import type { LaneSenders } from '../../topology/emergency/emergency-channel.js';
import type { TopologyModel } from '../../topology/model.js';
import { checkRequester } from './check-claims.js';

/** A received text that is a message, with the source and type that the bus vouches for, if it came over the bus. */
export interface Decoded {
  readonly envelope: Envelope;
  readonly via: 'bus' | 'direct';
  /** EventBridge's own source and detail-type: the only ones that IAM guards. */
  readonly vouched?: { readonly source: string; readonly type: string };
}

/**
 * Reads the body of an SQS message: an EventBridge event whose detail is an envelope, or a bare envelope (direct).
 * @throws LanewayError UNPARSEABLE
 */
export function decodeCopy(body: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new LanewayError('UNPARSEABLE', `the message is not JSON: ${JSON.stringify(cutText(body, 60))}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new LanewayError(
      'UNPARSEABLE',
      `the message is a JSON ${value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value}, not an object`,
    );
  }
  const event = value as Readonly<Record<string, unknown>>;
  if ('Records' in event || 'records' in event) {
    throw new LanewayError('UNPARSEABLE', 'the message is a batch event of another service, not a message of Laneway', {
      help: ['only EventBridge rules and direct channels of the topology send to a lane'],
    });
  }
  if (!('detail-type' in event)) return { envelope: parseEnvelope(event), via: 'direct' };
  const { source, 'detail-type': type } = event;
  if (typeof source !== 'string' || typeof type !== 'string')
    throw new LanewayError('UNPARSEABLE', 'the EventBridge event has no source or no detail-type');
  return { envelope: parseEnvelope(event['detail']), via: 'bus', vouched: { source, type } };
}

/**
 * Checks a message against the lane that it came from. What the bus delivers is an event, and names its publisher as IAM guards
 * it; anybody can write a text of that form, so that none is believed in a lane that others than the bus send into. A message that
 * fails here is of nobody: it settles no delivery, whose id it may have made up.
 *
 * @param direct true for a lane of direct channels
 * @throws LanewayError SENDER_MISMATCH
 */
export function checkVouched({ envelope, via, vouched }: Decoded, direct: boolean): void {
  if (direct && via === 'bus') {
    throw new LanewayError('SENDER_MISMATCH', `${envelope.type} came over no bus, and has the form of an event of it`, {
      help: ['allowed in a lane of direct channels: the envelope itself'],
    });
  }
  if (!direct && via === 'direct') {
    throw new LanewayError('SENDER_MISMATCH', `a message of channel '${envelope.channel}' did not come over the bus`, {
      help: ['only channels with delivery: direct send into lanes, and into lanes of their own'],
    });
  }
  if (vouched && (vouched.source !== envelope.source || vouched.type !== envelope.type)) {
    throw new LanewayError(
      'SENDER_MISMATCH',
      `the envelope says ${envelope.source} / ${envelope.type}, the bus says ${vouched.source} / ${vouched.type}`,
      {
        help: ["allowed: `source` and `type` of the envelope equal to EventBridge's own, which IAM guards"],
      },
    );
  }
}

/**
 * Refuses a text of a direct lane that names a channel of the bus. It is of nobody as well: those who may send into the lane
 * may publish on its direct channels alone, and take no id of what others publish elsewhere.
 * @throws LanewayError SENDER_MISMATCH
 */
export function checkDelivered({ envelope, via }: Decoded, { channels }: TopologyModel): void {
  if (via !== 'direct' || channels[envelope.channel]?.qos.delivery !== 'bus') return;
  throw new LanewayError('SENDER_MISMATCH', `a message of channel '${envelope.channel}' did not come over the bus`, {
    help: ['only channels with delivery: direct send into lanes'],
  });
}

/**
 * Keeps the channel of emergencies to a lane of its own, and that lane to that channel: operators alone send there, and whoever may send
 * into another lane of the agent could take the id of a declaration. It is of nobody as well.
 * @throws LanewayError SENDER_MISMATCH
 */
export function checkLane({ envelope: { channel } }: Decoded, from: LaneSenders): void {
  if ((channel === EMERGENCY_CHANNEL) === (from === 'emergencies')) return;
  throw new LanewayError('SENDER_MISMATCH', `a message of channel '${channel}' came by a lane that is not for it`, {
    help: [`allowed: '${EMERGENCY_CHANNEL}' in the lane of emergencies, and nothing else there`],
  });
}

/**
 * Checks a message against the topology: its sender, the sender's right to publish the type, the channel that carries
 * it, and its receiver.
 * @throws LanewayError SENDER_MISMATCH, NOT_DECLARED, UNKNOWN_CHANNEL, UNKNOWN_TYPE, NOT_CARRIED, UNKNOWN_RECEIVER
 */
export function checkAgainstTopology(decoded: Decoded, model: TopologyModel, agent: string): void {
  checkOrigin(decoded, model);
  const { envelope } = decoded;
  const channel = model.channels[envelope.channel];
  if (!channel?.subscribers.includes(agent) || (envelope.receiver !== undefined && envelope.receiver !== agent)) {
    throw new LanewayError(
      'UNKNOWN_RECEIVER',
      `the message is for ${envelope.receiver ?? `the subscribers of '${envelope.channel}'`}, not for '${agent}'`,
    );
  }
}

/**
 * The part of {@link checkAgainstTopology} that does not look at the receiver. The platform's own consumers call it.
 * @throws LanewayError SENDER_MISMATCH, NOT_DECLARED, UNKNOWN_CHANNEL, UNKNOWN_TYPE, NOT_CARRIED
 */
export function checkOrigin(decoded: Decoded, model: TopologyModel): void {
  const { envelope, via } = decoded;
  checkVouched(decoded, via === 'direct');
  const channel = model.channels[envelope.channel];
  if (!channel) throw new LanewayError('UNKNOWN_CHANNEL', `'${model.name}' has no channel '${envelope.channel}'`);
  checkDelivered(decoded, model);
  if (!channel.carries.includes(envelope.type)) {
    if (!model.types[envelope.type])
      throw new LanewayError('UNKNOWN_TYPE', `'${model.name}' has no message type ${envelope.type}`);
    throw new LanewayError('NOT_CARRIED', `channel '${channel.name}' does not carry ${envelope.type}`, {
      help: [`it carries: ${channel.carries.join(', ')}`],
    });
  }
  if (!mayPublish(model, envelope.source, envelope.type)) {
    throw new LanewayError('NOT_DECLARED', `${envelope.source} is not declared to publish ${envelope.type}`, {
      help: ['allowed: publishers that the topology declares for the type'],
    });
  }
  checkRequester(envelope, model);
}

/** Pairs of source and type that {@link mayPublish} allowed: at most publishers times types, and asked for with every message. */
const allowed = new WeakMap<TopologyModel, Map<string, Set<string>>>();

/** True when the topology lets a source publish a type; the platform's functions may publish any. */
export function mayPublish(model: TopologyModel, source: string, type: string): boolean {
  const sources = allowed.get(model) ?? new Map<string, Set<string>>();
  if (sources.get(source)?.has(type) === true) return true;
  const publisher = parseSource(source);
  if (publisher?.app !== model.name || !declares(model, publisher, type)) return false;
  // Any name may follow `platform`, and no text of a stranger is to be remembered.
  if (publisher.kind === 'platform') return true;
  allowed.set(model, sources);
  sources.set(source, (sources.get(source) ?? new Set<string>()).add(type));
  return true;
}

function declares(model: TopologyModel, publisher: NonNullable<ReturnType<typeof parseSource>>, type: string): boolean {
  switch (publisher.kind) {
    case 'agent':
      return model.agents[publisher.name]?.publishes.includes(type) ?? false;
    case 'client':
      return model.clients[publisher.name]?.publishes.includes(type) ?? false;
    case 'ingress':
      return model.ingress[publisher.name]?.as === type;
    case 'platform':
      return true;
  }
}
