import type { NoticeChannel, Urgency } from '../schemas.js';
import type { Customer } from './customer-directory.js';

/** Channels of a notice, or the time until which it is put off. */
export interface ChannelChoice {
  /** Channels to use, the most wanted first; empty if nothing may be used, or not yet. */
  readonly channels: readonly NoticeChannel[];
  /** ISO time at which the quiet hours end, when waiting for it would open a channel and none is open now. */
  readonly deferUntil?: string;
}

const RINGS: ReadonlySet<NoticeChannel> = new Set(['sms', 'push', 'call']);
const EMERGENCY_ORDER: readonly NoticeChannel[] = ['call', 'push', 'sms', 'email'];
const HOUR = 3_600_000;

/**
 * Chooses the channels of a notice.
 *
 * - `immediate`: every channel there is, ringing ones first, quiet hours or not, since driving on does damage
 * - `soon`: the first preferred channel, and mail beside it as a record; nothing that rings in quiet hours
 * - `routine`: the first preferred channel alone; nothing that rings in quiet hours
 *
 * A channel counts only if there is a sender for it, an address, and no opt-out. Opt-outs hold in an emergency too.
 *
 * @param available channels for which the application has a sender
 */
export function chooseChannels(
  urgency: Urgency,
  customer: Customer,
  available: readonly NoticeChannel[],
  now: Date,
): ChannelChoice {
  const usable = (channel: NoticeChannel): boolean =>
    available.includes(channel) && !customer.optedOut.includes(channel) && hasAddress(customer, channel);
  if (urgency === 'immediate') return { channels: EMERGENCY_ORDER.filter(usable) };
  const wanted = [...new Set<NoticeChannel>([...customer.preferred, 'email'])].filter(usable);
  const quietUntil = endOfQuietHours(customer, now);
  const open = quietUntil === undefined ? wanted : wanted.filter((channel) => !RINGS.has(channel));
  const first = open[0];
  if (first === undefined)
    return quietUntil === undefined || wanted.length === 0
      ? { channels: [] }
      : { channels: [], deferUntil: quietUntil.toISOString() };
  return { channels: urgency === 'soon' && first !== 'email' && open.includes('email') ? [first, 'email'] : [first] };
}

/** End of the quiet hours in which `now` lies; undefined outside of them. */
export function endOfQuietHours(customer: Customer, now: Date): Date | undefined {
  const { quietHours, utcOffsetMinutes } = customer;
  if (quietHours === undefined || quietHours.from === quietHours.to) return undefined;
  const local = new Date(now.getTime() + utcOffsetMinutes * 60_000);
  const hour = local.getUTCHours();
  const { from, to } = quietHours;
  const quiet = from < to ? hour >= from && hour < to : hour >= from || hour < to;
  if (!quiet) return undefined;
  const startOfHour = Math.floor(local.getTime() / HOUR) * HOUR;
  return new Date(startOfHour + ((to - hour + 24) % 24) * HOUR - utcOffsetMinutes * 60_000);
}

function hasAddress(customer: Customer, channel: NoticeChannel): boolean {
  if (channel === 'email') return customer.email !== undefined;
  // A push goes to the app under the customer's id.
  return channel === 'push' || customer.phone !== undefined;
}
