import { parseSource } from './envelope.js';

/** Writer of what the platform and its operators note: dead letters, rungs, ends of requests, workflows' deliveries, their own intents. */
export const PLATFORM_WRITER = 'platform';

/** Writer of decisions on approvals, and of the messages of the page that anybody may call. */
export const APPROVAL_WRITER = 'approval';

/** Name of the platform function behind links, whose role writes as {@link APPROVAL_WRITER} and nothing else. */
const APPROVAL_PAGE = 'approval-page';

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
