import { visibleLine } from '../../../shared/domain/base/visible-text.js';
import type { ChannelPause } from '../../../shared/domain/pause/pause.js';
import type { ChannelStanding } from '../../../shared/operator/pauses/pause-channel.js';
import type { Paint } from '../paint.js';
import { table } from '../table.js';

/** Channels as a table: `laneway channels list`. */
export function channelTable(channels: readonly ChannelStanding[], paint: Paint): string[] {
  const titles = ['channel', 'state', 'since', 'first expires in', 'kept at least for', 'subscribers', 'why'];
  const rows = channels.map(({ channel, system, subscribers, pause, countdown }) => [
    channel,
    pause ? { text: 'paused', paint: paint.warn } : { text: system ? 'system' : 'open', paint: paint.faint },
    pause?.since ?? '',
    countdown ? timeLeft(countdown.expiresInMs) : '',
    countdown ? timeLeft(countdown.droppedInMs) : '',
    subscribers.join(', '),
    visibleLine(pause ? `${pause.by}: ${pause.why}` : ''),
  ]);
  return table(rows, { head: titles.map((text) => ({ text, paint: paint.faint })) });
}

/** A pause that has begun or ended, in a line. */
export function pauseLine(act: 'pause' | 'resume', { channel, by, why, since }: ChannelPause): string {
  const text = `${channel}: paused since ${since} by ${by}: ${why}`;
  return visibleLine(act === 'pause' ? text : `${channel}: resumed (was ${text.slice(channel.length + 2)})`);
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** Time in its two largest units, cut off: what is shown is left for certain. */
export function timeLeft(ms: number): string {
  const parts: string[] = [];
  let left = ms;
  for (const [unit, name] of UNITS) {
    const count = Math.floor(left / unit);
    left %= unit;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
  }
  return parts.join(' ') || '0 s';
}
