import { summarizeError } from '../../domain/base/errors.js';
import { timeOf } from '../../domain/base/iso-time.js';
import { pausedDelay, type ChannelPause, type WaitingMessage } from '../../domain/pause/pause.js';
import type { Delivery } from './delivery.js';
import { Refusal } from './refusal.js';

/**
 * Holds a copy back whose channel is paused: it goes back untried, and nothing is written of its delivery. Channels of the system are
 * never held back. No promise is made where there is nothing to read.
 */
export function heldBack(delivery: Delivery): Refusal | undefined | Promise<Refusal | undefined> {
  const { bound, envelope } = delivery;
  if (bound.agent.topology.model.channels[envelope.channel]?.system === true) return undefined;
  const pause = pauseOf(delivery);
  if (pause === undefined) return undefined;
  return pause instanceof Promise
    ? pause.then((found) => found && waitPaused(delivery, found))
    : waitPaused(delivery, pause);
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
  const { bound, envelope, expires, services } = delivery;
  const now = services.clock.now();
  const { channel, since } = pause;
  const times = { expires: new Date(expires).toISOString(), sent: new Date(timeOf(envelope.time)).toISOString() };
  const message: WaitingMessage = { agent: bound.agent.id, channel, since, ...times };
  if (services.guards.pauses.isFirst(message, now))
    await services.pauses?.noteWaiting(message, now).catch((error: unknown) => {
      services.log.warn('what waits on a paused channel was not noted', { error: summarizeError(error).message });
    });
  const after = pausedDelay(pause, expires, now, services.random());
  return new Refusal({
    kind: 'leave',
    verdict: { kind: 'return', after, why: `its channel is paused since ${since}` },
  });
}
