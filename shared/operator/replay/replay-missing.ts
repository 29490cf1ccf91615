import { account, type InFlight, type LedgerEntry } from '../../domain/evidence/conversation.js';
import { isGone, payloadOf } from '../../domain/delivery/claim-check.js';
import { parseSource, type Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { laneFor } from '../../domain/base/priority.js';
import { sendMessages } from '../../publishing/send-messages.js';
import { lanesOfAgent } from '../../topology/lanes-of.js';
import type { Actor } from '../operator-services.js';
import { messageKey, rebuildMessages, type RebuiltMessage } from '../../domain/evidence/rebuild-messages.js';
import {
  replayEntry,
  type ReplayedMessage,
  type ReplayOptions,
  type ReplayReport,
  type ReplayServices,
  type ReplaySubject,
} from './replay-services.js';

/** A message that is not where it should be, and the receivers that it is to be sent to. */
interface Plan {
  readonly message: ReplayedMessage;
  readonly send?: RebuiltMessage;
}

/**
 * Sends again the messages that have not arrived by a conversation's account: deliveries that nobody has taken, that wait for a
 * further try, or whose lease is over. Each goes out as it was, under its id, so that a receiver that has an outcome passes it
 * over. Deliveries with an outcome are not touched; dead letters are redriven with `laneway dlq`. Messages of bus channels go
 * over the bus, so that the platform's own consumers have them as well.
 *
 * @throws LanewayError UNAVAILABLE, to be repeated
 */
export async function replayMissing(
  { conversation, entries }: Required<ReplaySubject>,
  actor: Actor,
  options: ReplayOptions,
  services: ReplayServices,
): Promise<ReplayReport> {
  const plans = await planOf(entries, services);
  const ready = plans.filter(({ send }) => send !== undefined).length;
  if (options.dryRun === true || ready === 0) return { conversation, messages: plans.map(({ message }) => message) };
  const at = new Date(services.clock.now()).toISOString();
  await services.book.record(replayEntry(conversation, actor, at, { messages: ready }));
  const messages: ReplayedMessage[] = [];
  for (const { message, send } of plans) {
    if (!send) {
      messages.push(message);
      continue;
    }
    if (options.rate !== undefined && messages.some(({ result }) => result === 'sent'))
      await services.pause(1_000 / options.rate);
    messages.push(await sendAgain(message, send, services));
  }
  return { conversation, messages };
}

async function planOf(entries: readonly LedgerEntry[], services: ReplayServices): Promise<Plan[]> {
  const { topology } = services;
  const sent = rebuildMessages(entries, topology.name);
  const byMessage = new Map<string, [InFlight, ...InFlight[]]>();
  for (const one of account(entries).inFlight) {
    const others = byMessage.get(messageKey(one));
    if (others) others.push(one);
    else byMessage.set(messageKey(one), [one]);
  }
  const plans = await Promise.all(
    [...byMessage].map(([key, inFlight]) => planFor({ inFlight, sent: sent.get(key) }, entries, services)),
  );
  return [...plans.flat(), ...deadLettersIn(entries)];
}

/** Open dead letters of the conversation: undelivered, but not for a replay. */
function deadLettersIn(entries: readonly LedgerEntry[]): Plan[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'dead-letter' || entry.deadLetter.resolution || entry.deadLetter.messageId === undefined)
      return [];
    const { id, messageId, facts, receiver } = entry.deadLetter;
    const why = `it is a dead letter: laneway dlq redrive ${id}`;
    return [{ message: { messageId, type: facts?.type ?? 'unknown', receivers: [receiver], result: 'skipped', why } }];
  });
}

/** A message that some receivers have no outcome of. */
interface Unarrived {
  readonly inFlight: readonly [InFlight, ...InFlight[]];
  /** The message as it was sent; undefined where the conversation does not hold it. */
  readonly sent: RebuiltMessage | undefined;
}

async function planFor(
  { inFlight, sent }: Unarrived,
  entries: readonly LedgerEntry[],
  { topology, clock, payloads }: ReplayServices,
): Promise<Plan[]> {
  const now = clock.now();
  const [{ messageId, type }] = inFlight;
  const busy = new Map<string, string>();
  for (const entry of entries) {
    if (entry.kind !== 'delivery' || messageKey(entry.delivery) !== messageKey(inFlight[0])) continue;
    const { receiver, state, leasedUntil = '' } = entry.delivery;
    if (state === 'leased' && Date.parse(leasedUntil) > now) busy.set(receiver, `is worked on until ${leasedUntil}`);
  }
  const skipped = (receivers: readonly string[], why: string): Plan => ({
    message: { messageId, type, receivers, result: 'skipped', why },
  });
  const plans: Plan[] = [];
  const receivers: string[] = [];
  for (const { receiver } of inFlight) {
    const working = busy.get(receiver);
    if (working !== undefined) plans.push(skipped([receiver], working));
    else if (topology.model.agents[receiver] === undefined)
      plans.push(skipped([receiver], `'${receiver}' is no agent of '${topology.name}' any more`));
    else receivers.push(receiver);
  }
  if (receivers.length === 0) return plans;
  const obstacle = sent ? await obstacleTo(sent.envelope, now, payloads) : 'its text is not in this conversation';
  if (obstacle !== undefined || !sent) return [...plans, skipped(receivers, obstacle ?? '')];
  const message = { messageId, type, receivers, result: 'would-send' as const };
  return [...plans, { message, send: { envelope: sent.envelope, expected: receivers } }];
}

async function obstacleTo(
  envelope: Envelope,
  now: number,
  payloads: ReplayServices['payloads'],
): Promise<string | undefined> {
  if (Date.parse(envelope.expires) <= now)
    return `it expired at ${envelope.expires}: only a new generation would be handled`;
  if (envelope.dataref === undefined) return undefined;
  try {
    await payloadOf(envelope, payloads);
    return undefined;
  } catch (error) {
    if (isGone(error)) return 'its payload is no longer kept';
    const { code, retryable } = summarizeError(error);
    if (retryable) throw error;
    return `its payload is not the one that was sent: ${code}`;
  }
}

async function sendAgain(
  message: ReplayedMessage,
  { envelope, expected }: RebuiltMessage,
  services: ReplayServices,
): Promise<ReplayedMessage> {
  const { model } = services.topology;
  const publisher = parseSource(envelope.source);
  try {
    // An agent's request is opened once more, in case its publisher died before it was; others' stand, or are closed.
    if (publisher?.kind === 'agent') {
      const waiter = { kind: 'agent', id: publisher.name } as const;
      const [refused] = await sendMessages(
        model,
        [{ envelope, expected, waiter }],
        services.senders,
        services.clock.now(),
      );
      if (refused) throw refused.error;
    } else await sendAsItIs(envelope, expected, services);
    return { ...message, result: 'sent' };
  } catch (error) {
    return { ...message, result: 'failed', why: summarizeError(error).message.split('\n')[0] ?? '' };
  }
}

async function sendAsItIs(
  envelope: Envelope,
  receivers: readonly string[],
  { topology: { model }, senders }: ReplayServices,
): Promise<void> {
  const direct = model.channels[envelope.channel]?.qos.delivery === 'direct';
  if (direct && !senders.lanes) throw new LanewayError('CONFIGURATION', 'a replay knows no lanes to send to');
  const results = direct
    ? await senders.lanes?.send(
        receivers.map((receiver) => ({
          receiver,
          lane: laneFor(envelope.priority, lanesOfAgent(model, receiver).direct) ?? envelope.priority,
          envelope,
        })),
      )
    : await senders.bus.publish([envelope]);
  for (const result of results ?? []) {
    if (!result.ok)
      throw new LanewayError(result.retryable ? 'PUBLISH' : 'REFUSED', `${result.code}: ${result.message}`);
  }
}
