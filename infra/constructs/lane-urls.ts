import type { Mailbox } from './mailbox.js';
import { lanesOf } from './mailbox.js';

/*
 * Names of queues are tokens until deployment, and a token cannot be a key for CDK's own JSON; but ARNs and URLs hold
 * nothing that JSON escapes, so the texts are put together here.
 */

/** JSON: queue ARN -> queue URL, of the lanes of one mailbox. */
export function ownLanesJson(mailbox: Mailbox): string {
  const entries = lanesOf(mailbox).map(({ queue }) => `"${queue.queueArn}":"${queue.queueUrl}"`);
  return `{${entries.join(',')}}`;
}

/** JSON: agent -> priority -> queue URL. */
export function laneUrlsJson(mailboxes: readonly Mailbox[]): string {
  const agents = mailboxes.map((mailbox) => {
    const lanes = lanesOf(mailbox).map(({ priority, queue }) => `"${priority}":"${queue.queueUrl}"`);
    return `"${mailbox.agent}":{${lanes.join(',')}}`;
  });
  return `{${agents.join(',')}}`;
}

/** JSON of texts that may be tokens: those hold nothing that JSON escapes, and other texts may hold anything. */
export function namesJson(names: Readonly<Record<string, string>>): string {
  return `{${Object.entries(names)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',')}}`;
}
