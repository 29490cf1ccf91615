import { originOf } from '../../domain/wire/writers.js';
import { requesterOf, requestIdOf } from '../../domain/request/requester.js';
import { Buffer } from 'node:buffer';
import { checkOrigin } from '../../agent/receive/decode-copy.js';
import {
  CLAIM_CHECK_BYTES,
  payloadOf,
  payloadPlace,
  putText,
  withoutPayload,
} from '../../domain/delivery/claim-check.js';
import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import { milliseconds } from '../../domain/base/duration.js';
import { parseSource, type Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import { decodeData } from '../../message/message-type.js';
import { INTENT_GRACE_MS } from '../../publishing/publish-message.js';
import { sendMessages, type Outgoing } from '../../publishing/send-messages.js';
import type { Actor } from '../operator-services.js';
import {
  replayEntry,
  type ReplayedMessage,
  type ReplayOptions,
  type ReplayReport,
  type ReplayServices,
  type ReplaySubject,
} from './replay-services.js';

/** A root message of a conversation, its payload, and what keeps it from being sent once more. */
interface Root {
  readonly envelope: Envelope;
  readonly data: unknown;
  readonly receivers: readonly string[];
  readonly obstacle?: string;
}

/** Ids of a generation for the message of an earlier one, and for what the message names. */
type NewIds = (message: Envelope, id?: string) => string;

/** The conversation that a generation of another one is. */
export function generationOf(conversation: string, generation: number): string {
  return derivedId('generation', String(generation), conversation);
}

/**
 * Publishes the root messages of a conversation, those of clients and ingress, once more as generation `generation`. Everything that
 * agents and workflows published happens anew. The messages get ids of their own, derived from the old ones and the generation, and
 * a conversation of their own that is named in the old one. Expiry and deadline lie as far ahead as they did. The same generation
 * again is the same messages: those that it has already are not sent again, and receivers know them.
 *
 * Nothing is half done: when one root cannot be sent (its channel does not retain payloads, its payload is gone, topology
 * or schema refuse it), none is, and each message says why.
 *
 * @throws LanewayError UNAVAILABLE, to be repeated
 */
export async function replayGeneration(
  { conversation, entries }: Required<ReplaySubject>,
  actor: Actor,
  options: ReplayOptions & { readonly generation: number },
  services: ReplayServices,
): Promise<ReplayReport> {
  const { generation } = options;
  const as = generationOf(conversation, generation);
  const idOf: NewIds = (message, id = message.id) => derivedId('generation', String(generation), originOf(message), id);
  const roots = await Promise.all(rootsOf(entries).map((envelope) => rootFrom(envelope, services)));
  const about = ({ envelope, receivers }: Root) => ({
    ...{ messageId: envelope.id, type: envelope.type, receivers, as: idOf(envelope) },
  });
  const obstacle = roots.find((root) => root.obstacle !== undefined);
  if (obstacle) {
    const whole = `nothing of the conversation is sent, as ${obstacle.envelope.type} ${obstacle.envelope.id} cannot be`;
    const messages = roots.map((root): ReplayedMessage => ({
      ...about(root),
      result: 'skipped',
      why: root.obstacle ?? whole,
    }));
    return { conversation, messages };
  }
  const present = new Set(
    (await services.conversations.conversation(as)).flatMap((entry) =>
      entry.kind === 'message' ? [entry.intent.envelope.id] : [],
    ),
  );
  const left = roots.filter(({ envelope }) => !present.has(idOf(envelope)));
  if (options.dryRun !== true && left.length > 0) {
    const at = new Date(services.clock.now()).toISOString();
    const facts = { generation, messages: roots.length };
    await services.book.record(replayEntry(conversation, actor, at, { ...facts, as }));
    await services.book.record(replayEntry(as, actor, at, { ...facts, of: conversation }));
  }
  const messages: ReplayedMessage[] = [];
  let sent = 0;
  for (const root of roots) {
    const one = about(root);
    if (!left.includes(root)) messages.push({ ...one, result: 'already' });
    else if (options.dryRun === true) messages.push({ ...one, result: 'would-send' });
    else {
      if (sent++ > 0 && options.rate !== undefined) await services.pause(1_000 / options.rate);
      messages.push({ ...one, ...(await publish(root, as, idOf, services)) });
    }
  }
  return { conversation, as, messages };
}

/** Messages that nothing in Laneway led to. */
function rootsOf(entries: readonly LedgerEntry[]): Envelope[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'message') return [];
    const kind = parseSource(entry.intent.envelope.source)?.kind;
    return kind === 'client' || kind === 'ingress' ? [entry.intent.envelope] : [];
  });
}

async function rootFrom(envelope: Envelope, services: ReplayServices): Promise<Root> {
  const { model, types } = services.topology;
  const channel = model.channels[envelope.channel];
  const receivers = envelope.receiver === undefined ? (channel?.subscribers ?? []) : [envelope.receiver];
  const blank = { envelope, receivers, data: undefined };
  const retained = channel?.qos.retainPayloads;
  if (retained === undefined)
    return { ...blank, obstacle: `channel '${envelope.channel}' does not retain payloads (retainPayloads)` };
  const until = Date.parse(envelope.time) + milliseconds(retained);
  if (until <= services.clock.now())
    return { ...blank, obstacle: `its payload was retained until ${new Date(until).toISOString()}` };
  try {
    const via = channel?.qos.delivery === 'direct' ? 'direct' : 'bus';
    checkOrigin({ envelope, via, vouched: { source: envelope.source, type: envelope.type } }, model);
    if (envelope.receiver !== undefined && !channel?.subscribers.includes(envelope.receiver))
      throw new LanewayError('UNKNOWN_RECEIVER', `'${envelope.receiver}' does not subscribe to '${envelope.channel}'`);
    const data = await payloadOf(envelope, services.payloads);
    const type = types.get(envelope.type);
    if (type) decodeData(type, data, envelope.dataschema);
    return { envelope, receivers, data };
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    const why = summary.code === 'NOT_FOUND' ? 'its payload is no longer kept' : `${summary.code}: ${summary.message}`;
    return { ...blank, obstacle: why.split('\n')[0] ?? why };
  }
}

/** Intent first, then the message: cut off in between, the sweeper sends it. */
async function publish(
  { envelope, data, receivers }: Root,
  conversation: string,
  idOf: NewIds,
  services: ReplayServices,
): Promise<Pick<ReplayedMessage, 'result' | 'why'>> {
  const { clock, intents, senders, topology } = services;
  const now = clock.now();
  try {
    const outgoing: Outgoing = {
      envelope: await anew({ ...envelope, data }, conversation, idOf, services),
      expected: receivers,
      waiter: { kind: 'client' },
    };
    await intents.record([outgoing], now + INTENT_GRACE_MS);
    const [refused] = await sendMessages(topology.model, [outgoing], senders, now);
    return refused ? { result: 'failed', why: refused.error.message } : { result: 'sent' };
  } catch (error) {
    const { code, message } = summarizeError(error);
    const what = message.split('\n')[0] ?? '';
    return { result: 'failed', why: code === 'PUBLISH' ? `${what}; the sweeper sends it` : what };
  }
}

async function anew(
  original: Envelope,
  conversation: string,
  idOf: NewIds,
  { clock, payloads }: ReplayServices,
): Promise<Envelope> {
  const { path: _path, signature: _signature, deadline, requestid, ...rest } = withoutPayload(original);
  const now = clock.now();
  const ahead = (time: string) => new Date(now + Date.parse(time) - Date.parse(original.time)).toISOString();
  const id = idOf(original);
  const text = JSON.stringify(original.data ?? null);
  const big = Buffer.byteLength(text) > CLAIM_CHECK_BYTES;
  const place = payloadPlace({ ...original, correlationid: conversation });
  return {
    ...rest,
    ...(big ? await putText(place, text, payloads) : { data: original.data }),
    id,
    correlationid: conversation,
    causationid: original.id,
    time: new Date(now).toISOString(),
    expires: ahead(original.expires),
    attempt: 1,
    ...(deadline === undefined ? {} : { deadline: ahead(deadline) }),
    ...(requestid === undefined ? {} : { requestid: requestIdOf(requesterOf(requestid), idOf(original, requestid)) }),
  };
}
