import { summarizeError } from '../../domain/base/errors.js';
import { timeOf } from '../../domain/base/iso-time.js';
import { pausedDelay, type ChannelPause, type WaitingMessage } from '../../domain/pause/pause.js';
import { bucketKey } from '../../domain/rate/rate-limit.js';
import { turnOf } from '../../domain/rate/turns.js';
import { lastUse } from '../../topology/last-use.js';
import type { Delivery } from './delivery.js';
import { Refusal } from './refusal.js';

/**
 * Holds a copy back whose channel is paused, or that comes faster than its agent's pace: it goes back untried, and nothing is written of
 * its delivery. Channels of the system are never held back. No promise is made where there is nothing to read.
 */
export function heldBack(delivery: Delivery): Refusal | undefined | Promise<Refusal | undefined> {
  const { bound, envelope } = delivery;
  if (bound.agent.topology.model.channels[envelope.channel]?.system === true) return undefined;
  const pause = pauseOf(delivery);
  if (pause === undefined) return waitTurn(delivery);
  if (!(pause instanceof Promise)) return waitPaused(delivery, pause);
  return pause.then((found) => (found ? waitPaused(delivery, found) : waitTurn(delivery)));
}

function pauseOf({ envelope, services }: Delivery): ChannelPause | undefined | Promise<ChannelPause | undefined> {
  const { clock, guards, log, pauses } = services;
  if (pauses === undefined) return undefined;
  return guards.pauses.of(envelope.channel, pauses, clock.now(), (error) =>
    log.warn('the pauses of channels could not be read', { error: summarizeError(error).message }),
  );
}

/** Refusal of a copy whose channel is paused. The message is noted for operators when it expires first of those that wait. */
async function waitPaused(delivery: Delivery, pause: ChannelPause): Promise<Refusal> {
  const { bound, copy, envelope, services } = delivery;
  const now = services.clock.now();
  const { channel, since } = pause;
  const expires = lastUseOf(delivery);
  const times = { expires: new Date(expires).toISOString(), sent: new Date(timeOf(envelope.time)).toISOString() };
  const message: WaitingMessage = { agent: bound.agent.id, channel, since, ...times };
  if (services.guards.pauses.isFirst(message, now))
    await services.pauses?.noteWaiting(message, now).catch((error: unknown) => {
      services.guards.pauses.forget(message);
      services.log.warn('what waits on a paused channel was not noted', { error: summarizeError(error).message });
    });
  const after = pausedDelay(pause, { expires, receives: copy.receives }, now, services.random());
  return leave(after, `its channel is paused since ${since}`);
}

/** Time after its expiry at which a copy comes whose turn would be later, milliseconds: it is recorded as expired. */
const AFTER_EXPIRY_MS = 1_000;

/** Refusal of a copy that comes faster than its agent's pace: it comes again at its turn. Nothing for an agent without a pace. */
function waitTurn(delivery: Delivery): undefined | Promise<Refusal | undefined> {
  const { bound, copy, services } = delivery;
  const { id, model } = bound.agent;
  const { pace } = model;
  if (pace === undefined) return undefined;
  const { clock, guards, rates } = services;
  const now = clock.now();
  const limited = { key: bucketKey('agent', id), tenant: '', limit: pace };
  const left = Math.max(0, lastUseOf(delivery) - now);
  return turnOf(limited, { receives: copy.receives, left }, guards.limiter, { clock, rates }).then((wait) => {
    if (wait === 0) return undefined;
    const after = Math.min(wait, left + AFTER_EXPIRY_MS);
    return leave(after, `'${id}' takes ${pace.perSecond} messages a second`);
  });
}

/** Instant from which it is not handled any more, milliseconds since 1970. */
function lastUseOf({ bound, envelope, expires }: Delivery): number {
  return lastUse(envelope, bound.agent.topology.model, expires);
}

function leave(after: number, why: string): Refusal {
  return new Refusal({ kind: 'leave', verdict: { kind: 'return', after, why } });
}
