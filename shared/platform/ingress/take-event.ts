import * as z from 'zod';
import { defined } from '../../domain/base/defined.js';
import type { Log } from '../../agent/context.js';
import { BusyError, LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { matchesPattern } from '../../domain/wire/event-pattern.js';
import type { Priority } from '../../domain/base/priority.js';
import { derivedId, ingressConversation } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import { stopsIntake } from '../../domain/emergency/emergency.js';
import { isInForce } from '../../domain/quarantine/quarantine.js';
import type { RateLimiter } from '../../domain/rate/rate-limiter.js';
import { turnOf } from '../../domain/rate/turns.js';
import { rated } from '../../publishing/keep-rate.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import { hasEmergencies } from '../../topology/emergency/emergency-channel.js';
import type { ForeignEvent, IngressSpec, Topology } from '../../topology/topology.js';
import type { QueuedCopy } from './queued-copy.js';
import type { TakenEvents } from './taken-events.js';

/** Ports and settings of the ingress function. */
export interface IngressServices extends Pick<Ports, 'clock' | 'deadLetters'>, Partial<Pick<Ports, 'rates'>> {
  readonly quarantines: Pick<Ports['quarantines'], 'all'>;
  /** Record of emergencies, which is asked where the topology has them. */
  readonly emergencies: Pick<Ports['emergencies'], 'latest'>;
  readonly topology: Topology;
  readonly log: Log;
  /** Token buckets of the process. */
  readonly limiter: RateLimiter;
  /** Events that come again for another ingress than those that have taken them. */
  readonly taken: TakenEvents;
  /** Publishing in the name of an ingress. */
  readonly publishingAs: (ingress: string) => Publishing;
}

/** Time for which an event of an ingress in quarantine first stays away, milliseconds. */
export const HELD_EVENT_FIRST_MS = 60_000;

/**
 * Longest time for which it stays away, milliseconds. Its queue then gives it out less than 100 times in the 14 days for which it
 * keeps it, after which SQS would take it for poison.
 */
export const HELD_EVENT_MOST_MS = 14_400_000;

const eventSchema = z.looseObject({
  id: z.string().min(1),
  source: z.string(),
  'detail-type': z.string(),
  time: z.string(),
  detail: z.unknown(),
});

/**
 * Takes one event of another system. One queue takes the events of every ingress, so its patterns are matched again here. The
 * event becomes one message for each ingress that matches, under an id, and in a conversation, that follow from the event's id:
 * however often it comes, it is the same message. An event that its ingress cannot map, or whose payload does not fit the
 * schema, is a dead letter `ingress`. While its ingress is in quarantine, and while the intake is stopped in an emergency, it waits in
 * the queue. So does one over the limit of its ingress, where that delays; else it is a dead letter, too, unless its copy came before or
 * comes again for another ingress: then it waits, as it may have been published.
 *
 * @returns instant at which the copy is to come again, milliseconds since 1970
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function takeEvent(copy: QueuedCopy, services: IngressServices): Promise<number | undefined> {
  const { topology } = services;
  const event = readEvent(copy.body);
  if (!event) {
    await bury(copy, 'platform:ingress', unreadable(), services);
    return undefined;
  }
  const matching = Object.entries(topology.ingress).filter(([, spec]) => matchesPattern(spec.pattern, event));
  if (matching.length === 0) {
    const error = new LanewayError('NOT_DECLARED', `no ingress takes ${event.source} / ${event['detail-type']}`, {
      help: [`ingress of '${topology.name}': ${Object.keys(topology.ingress).join(', ') || '(none)'}`],
    });
    await bury(copy, 'platform:ingress', summarizeError(error), services);
    return undefined;
  }
  const held = (await isStopped(services)) ? new Set(matching.map(([name]) => name)) : await heldIngresses(services);
  const [turns, over]: [number[], Busy[]] = [[], []];
  // Another process takes it again for those that have it, which is the same message there.
  for (const [name, spec] of matching) {
    if (held.has(name) || services.taken.has(copy.copy, name)) continue;
    const turn = await turnAt(name, copy, services);
    if (typeof turn === 'object') over.push(turn);
    else if (turn > 0) turns.push(services.clock.now() + turn);
    else {
      await takeAs({ name, spec }, event, copy, services);
      if (matching.length > 1) services.taken.add(copy.copy, name);
    }
  }
  if (turns.length > 0) return Math.min(...turns);
  if (!matching.some(([name]) => held.has(name))) {
    for (const { receiver, error } of over) await bury(copy, receiver, error, services);
    services.taken.end(copy.copy);
    return undefined;
  }
  const waits = HELD_EVENT_FIRST_MS * 2 ** Math.min(30, (copy.receives ?? 1) - 1);
  return services.clock.now() + Math.min(HELD_EVENT_MOST_MS, waits);
}

/** True while the intake is stopped in an emergency. */
async function isStopped({ emergencies, topology }: IngressServices): Promise<boolean> {
  return hasEmergencies(topology.model) && stopsIntake(await emergencies.latest());
}

/** Dead letter of an event over a limit. */
interface Busy {
  readonly receiver: string;
  readonly error: ErrorSummary;
}

/** Milliseconds until an event is taken by an ingress with a limit; a dead letter for one that is refused. */
async function turnAt(name: string, copy: QueuedCopy, services: IngressServices): Promise<number | Busy> {
  const { limiter, topology } = services;
  const limited = rated('ingress', name, topology.model.ingress[name]?.rateLimit, '');
  if (limited === undefined) return 0;
  const { receives = 1 } = copy;
  // One that came before may have been published: it is no dead letter any more.
  if (limited.limit.onLimit === 'delay' || receives > 1) return turnOf(limited, { receives }, limiter, services);
  const answer = await limiter.reserve([limited], services);
  if (!('over' in answer)) return 0;
  const error = summarizeError(new BusyError(limited.key, answer.wait));
  return { receiver: `ingress:${name}`, error: { ...error, retryable: false } };
}

/** Names of the ingresses that are in quarantine. */
async function heldIngresses({ quarantines }: IngressServices): Promise<ReadonlySet<string>> {
  const inForce = (await quarantines.all()).filter((one) => one.kind === 'ingress' && isInForce(one));
  return new Set(inForce.map(({ name }) => name));
}

async function takeAs(
  { name, spec }: { readonly name: string; readonly spec: IngressSpec },
  event: ForeignEvent,
  copy: QueuedCopy,
  services: IngressServices,
): Promise<void> {
  const receiver = `ingress:${name}`;
  let data: unknown;
  let priority: Priority | undefined;
  try {
    data = spec.map(event);
    priority = spec.priority?.(event);
  } catch (error) {
    // A map is a plain function of the event: the same event will fail again.
    return bury(copy, receiver, { ...summarizeError(error), retryable: false }, services);
  }
  try {
    const { id, correlationId } = await publishMessage(services.publishingAs(name), spec.as, data, {
      ...{ id: derivedId('ingress', name, event.id), correlationId: ingressConversation(name, event.id) },
      ...defined({ priority }),
    });
    services.log.info('a foreign event became a message', {
      ingress: name,
      type: spec.as.name,
      id,
      correlation: correlationId,
    });
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    await bury(copy, receiver, summary, services);
  }
}

function readEvent(body: string): ForeignEvent | undefined {
  try {
    return eventSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function unreadable(): ErrorSummary {
  return summarizeError(
    new LanewayError('UNPARSEABLE', 'the message in the ingress queue is no EventBridge event', {
      help: ['only the ingress rules of the bus send to that queue'],
    }),
  );
}

async function bury(
  { copy, body }: QueuedCopy,
  receiver: string,
  error: ErrorSummary,
  { deadLetters, log, clock }: IngressServices,
): Promise<void> {
  log.warn('a foreign event is refused', { copy, receiver, error: error.message });
  await deadLetters.send({
    laneway: 'dead-letter',
    receiver,
    copy,
    reason: 'ingress',
    error,
    tries: 1,
    at: new Date(clock.now()).toISOString(),
    body,
  });
}
