import type { Envelope } from '../../domain/wire/envelope.js';
import type { TopologyModel } from '../../topology/model.js';
import type { Services } from './services.js';

/**
 * Moves the end of a command's attempt after progress. The attempt has as much time again as it was given, counted from
 * now, but not beyond the request's deadline and the `extension` of the channel. An attempt that has been given up, and
 * a request that has ended, stay as they are.
 *
 * @throws LanewayError UNAVAILABLE
 */
export async function extendDeadline(envelope: Envelope, model: TopologyModel, services: Services): Promise<void> {
  const { pending } = services.senders;
  const { requestid, replyto, deadline } = envelope;
  // A reply names its request too.
  if (!pending || requestid === undefined || replyto === undefined || deadline === undefined) return;
  const time = Math.min(Date.parse(envelope.expires), Date.parse(deadline)) - Date.parse(envelope.time);
  const to = Math.min(services.clock.now() + time, latestEnd(envelope, model) ?? 0);
  await pending.extend(requestid, envelope.id, new Date(to).toISOString());
}

/** Latest end of a command, milliseconds since 1970: its deadline and the extension that progress may add to it. */
export function latestEnd({ deadline, channel }: Envelope, model: TopologyModel): number | undefined {
  return deadline === undefined ? undefined : Date.parse(deadline) + (model.channels[channel]?.extension ?? 0);
}
