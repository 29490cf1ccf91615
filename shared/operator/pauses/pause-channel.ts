import { LanewayError, unknownName } from '../../domain/base/errors.js';
import { defined } from '../../domain/base/defined.js';
import { derivedId } from '../../domain/base/ids.js';
import { countdownOf, pauseConversation, type ChannelPause, type Countdown } from '../../domain/pause/pause.js';
import type { Ports } from '../../domain/ports.js';
import type { TopologyModel } from '../../topology/model.js';
import { checkActor, type Actor } from '../operator-services.js';

/** Model and ports for pauses of channels. */
export interface PauseServices extends Pick<Ports, 'book' | 'clock' | 'pauses'> {
  readonly model: Pick<TopologyModel, 'channels' | 'name'>;
}

/** A channel as operators see it. */
export interface ChannelStanding {
  /** Name of the channel. */
  readonly channel: string;
  /** Ids of the agents that subscribe. */
  readonly subscribers: readonly string[];
  /** True for a channel of the framework, which cannot be paused. */
  readonly system: boolean;
  /** The pause that is in force; absent while messages are consumed. */
  readonly pause?: ChannelPause;
  /** Time that is left to what waits meanwhile; absent while nothing is known to wait. */
  readonly countdown?: Countdown;
}

/**
 * Pauses a channel: none of its messages is handled any more, and none is lost or un-routed. They wait in the lanes of their receivers,
 * untried, and expire as ever, which is recorded. Processes know of it within five seconds; what they have begun they finish. The pause
 * is stored, and holds until the channel is resumed, deployments included. Repeated, it changes nothing.
 *
 * @returns the pause that is in force
 * @throws LanewayError UNKNOWN_CHANNEL; SYSTEM_CHANNEL for a channel of the framework; INVALID_OPTION without a name or a reason
 */
export async function pauseChannel(channel: string, actor: Actor, services: PauseServices): Promise<ChannelPause> {
  checkActor(actor);
  checkPausable(channel, services.model);
  const { clock, pauses } = services;
  const { by, why } = actor;
  const pause = await pauses.begin({ channel, by, why, since: new Date(clock.now()).toISOString() });
  await note('pause', pause, { ...pause, at: pause.since }, services.book);
  return pause;
}

/**
 * Has the messages of a channel handled again. Those that wait come within a quarter of the time for which the channel was paused, and
 * within half a minute at least.
 *
 * @returns the pause that was in force
 * @throws LanewayError UNKNOWN_CHANNEL; NOT_FOUND when it is not paused; INVALID_OPTION without a name or a reason
 */
export async function resumeChannel(channel: string, actor: Actor, services: PauseServices): Promise<ChannelPause> {
  checkActor(actor);
  const { clock, model, pauses } = services;
  const standing = await pauses.all();
  const pause = standing.find((one) => one.channel === channel);
  if (!pause) {
    // A channel that a deployment has removed can still be resumed.
    checkChannel(channel, model);
    throw new LanewayError('NOT_FOUND', `channel '${channel}' is not paused`, {
      help: [`paused in '${model.name}': ${standing.map((one) => one.channel).join(', ') || '(none)'}`],
    });
  }
  // The note first: a command that is repeated finds the pause, and completes what is missing.
  await note('resume', pause, { ...actor, at: new Date(clock.now()).toISOString() }, services.book);
  // One that somebody began meanwhile is another one, and stays.
  await pauses.end(channel, pause.since);
  return pause;
}

/** Every channel by name, paused ones with their countdown; channels of the system come last. */
export async function listChannels({ clock, model, pauses }: Omit<PauseServices, 'book'>): Promise<ChannelStanding[]> {
  const inForce = new Map((await pauses.all()).map((pause) => [pause.channel, pause]));
  const all = Object.values(model.channels).toSorted(
    (a, b) => Number(a.system) - Number(b.system) || (a.name < b.name ? -1 : 1),
  );
  return Promise.all(
    all.map(async ({ name, subscribers, system }) => {
      const pause = inForce.get(name);
      const met = pause ? await Promise.all(subscribers.map((agent) => pauses.firstWaiting(agent, name))) : [];
      const waiting = met.filter((one) => one !== undefined);
      const countdown = pause && countdownOf(pause, waiting, clock.now());
      return { channel: name, subscribers, system, ...defined({ pause, countdown }) };
    }),
  );
}

function checkChannel(channel: string, { channels, name }: PauseServices['model']): void {
  if (Object.hasOwn(channels, channel)) return;
  throw unknownName('UNKNOWN_CHANNEL', `there is no channel '${channel}'`, channel, Object.keys(channels), name);
}

/** @throws LanewayError UNKNOWN_CHANNEL; SYSTEM_CHANNEL for a channel of the framework */
export function checkPausable(channel: string, model: PauseServices['model']): void {
  checkChannel(channel, model);
  if (model.channels[channel]?.system !== true) return;
  const others = Object.values(model.channels).flatMap(({ name, system }) => (system ? [] : [name]));
  throw new LanewayError('SYSTEM_CHANNEL', `'${channel}' is a channel of the system, and was to be paused`, {
    help: [
      'without it, requests would not end, and nobody would hear of failures',
      `allowed: ${others.sort().join(', ') || '(none)'}   (${model.name})`,
    ],
  });
}

async function note(
  action: 'pause' | 'resume',
  { channel, since }: ChannelPause,
  { by, why, at }: Actor & { readonly at: string },
  book: Ports['book'],
): Promise<void> {
  const id = derivedId('operator', action, 'channel', channel, since);
  const correlationId = pauseConversation(channel);
  await book.recordFirst({ id, correlationId, action, by, why, at, party: `channel.${channel}` });
}
