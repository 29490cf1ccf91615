import type { EmergencyMeasure, Emergency, TakenMeasure } from '../../domain/emergency/emergency.js';
import type { ChannelPause } from '../../domain/pause/pause.js';
import type { Ports } from '../../domain/ports.js';

/** A measure that is about a channel. */
export type ChannelMeasure = Extract<EmergencyMeasure, { readonly channel: string }>;

type Pauses = Pick<Ports['pauses'], 'all' | 'begin' | 'end'>;

/** The pause of a channel that is in force. */
export async function pauseOf(channel: string, pauses: Pauses): Promise<ChannelPause | undefined> {
  return (await pauses.all()).find((one) => one.channel === channel);
}

/** Pauses a channel for an emergency, or resumes one that was paused. @returns line that says how it is now */
export async function takeChannelMeasure(
  { kind, channel }: ChannelMeasure,
  paused: ChannelPause | undefined,
  emergency: Emergency,
  pauses: Pauses,
): Promise<string> {
  if (kind === 'pause-channel') {
    if (paused) return `'${channel}' was paused before`;
    await pauses.begin(pauseBy(emergency, channel));
    return `'${channel}' is paused: its messages wait, untried`;
  }
  if (!paused) return `'${channel}' was not paused`;
  await pauses.end(channel, paused.since);
  return `'${channel}' is resumed: what waits is handled`;
}

/**
 * Puts back what {@link takeChannelMeasure} changed, and nothing else.
 * @returns line that says how it is now
 */
export async function undoChannelMeasure(
  { kind, channel }: ChannelMeasure,
  { paused }: Pick<TakenMeasure, 'paused'>,
  emergency: Emergency,
  pauses: Pauses,
): Promise<string> {
  const present = await pauseOf(channel, pauses);
  if (kind === 'pause-channel') {
    if (paused) return `'${channel}' stays paused, as before`;
    if (!present) return `'${channel}' has been resumed already`;
    if (!isSame(present, pauseBy(emergency, channel)))
      return `'${channel}' has been paused anew by ${present.by}, and stays so`;
    await pauses.end(channel, present.since);
    return `'${channel}' is resumed: what waits is handled`;
  }
  if (!paused) return `'${channel}' was not paused before`;
  if (present && !isSame(present, paused)) return `'${channel}' has been paused anew by ${present.by}, and stays so`;
  await pauses.begin(paused);
  return `'${channel}' is paused, as before`;
}

function pauseBy({ id, by, since }: Emergency, channel: string): ChannelPause {
  return { channel, by, why: `emergency ${id}`, since, emergency: id };
}

function isSame(one: ChannelPause, other: ChannelPause): boolean {
  return one.by === other.by && one.why === other.why && one.since === other.since;
}
