import { parseSource, type Envelope } from './envelope.js';

/** Writer of what the platform and its operators note: dead letters, rungs, ends of requests, workflows' deliveries, their own intents. */
export const PLATFORM_WRITER = 'platform';

/** Writer of decisions on approvals, and of the messages of the page that anybody may call. */
export const APPROVAL_WRITER = 'approval';

/** Name of the platform function behind links, whose role writes as {@link APPROVAL_WRITER} and nothing else. */
const APPROVAL_PAGE = 'approval-page';

/** Stands in the origin of a message whose source is none of Laneway's. */
const NOBODY = 'nobody';

/** Writer of a receiver's deliveries: `agent.<id>`; the platform for receivers that are no agents, whose names hold a colon. */
export function writerOfReceiver(receiver: string): string {
  return receiver.includes(':') ? PLATFORM_WRITER : `agent.${receiver}`;
}

/** Writer of what is published under a source; undefined for one that is none of Laneway's. */
export function writerOfSource(source: string): string | undefined {
  const by = parseSource(source);
  if (by?.kind !== 'platform') return by && `${by.kind}.${by.name}`;
  return by.name === APPROVAL_PAGE ? APPROVAL_WRITER : PLATFORM_WRITER;
}

/**
 * Origin of a message: the writer of its source, and its channel (`agent.billing/invoices`). An id is its sender's choice, so that
 * a message is told from others by origin and id together, as CloudEvents does by source and id. Functions of the platform are one
 * writer: each may send again what another has begun. The channel tells a message of a direct channel, whose sender is the word
 * of whoever may publish there, from one for which the bus vouches.
 */
export function originOf({ source, channel }: Pick<Envelope, 'source' | 'channel'>): string {
  if (source !== latest.source || channel !== latest.channel)
    latest = { source, channel, origin: originBy(writerOfSource(source) ?? NOBODY, channel) };
  return latest.origin;
}

/** Origin that was asked for last: messages of one publisher on one channel come in runs, and all of them keep the one text. */
let latest = { source: '', channel: '', origin: originBy(NOBODY, '') };

/** Origin of what a writer publishes on a channel. */
export function originBy(writer: string, channel: string): string {
  return `${writer}/${channel}`;
}

/** Channel in an origin. */
export function channelOfOrigin(origin: string): string {
  return origin.slice(origin.indexOf('/') + 1);
}
