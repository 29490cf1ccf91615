import type { Envelope } from '../../domain/wire/envelope.js';
import { WorkflowRequested } from '../../message/system-messages.js';

/**
 * Workflows that a message starts: those that its type starts, or the one that it asks for, which its subject names.
 * @param starts workflow name -> name of the type that starts it
 */
export function startedBy(
  { type, subject }: Pick<Envelope, 'type' | 'subject'>,
  starts: Readonly<Record<string, string>>,
): string[] {
  if (type !== WorkflowRequested.name) return Object.keys(starts).filter((name) => starts[name] === type);
  return subject !== undefined && Object.hasOwn(starts, subject) ? [subject] : [];
}
