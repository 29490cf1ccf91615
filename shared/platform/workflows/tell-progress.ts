import type { Log } from '../../agent/context.js';
import { summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Lineage } from '../../domain/delivery/lineage.js';
import type { EventType, InputOf } from '../../message/message-type.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';

/** Ports for publishing the progress of workflows. */
export interface ProgressServices {
  readonly publishing: Publishing;
  readonly log: Log;
}

/** An event about a workflow's progress. */
export interface Progress<Type extends EventType> {
  readonly data: InputOf<Type>;
  /** Text that the id of the message follows from. */
  readonly key: string;
  readonly lineage: Lineage;
}

/**
 * Publishes an event about a workflow's progress, if an agent of the application subscribes to its channel: nobody pays for
 * what nobody hears. The same `key` again is the same message. One that cannot be sent just now is left to the sweeper.
 *
 * @throws LanewayError UNAVAILABLE, to be repeated
 */
export async function tellProgress<Type extends EventType>(
  channel: 'workflow.progress' | 'workflow.failures',
  type: Type,
  { data, key, lineage }: Progress<Type>,
  { publishing, log }: ProgressServices,
): Promise<void> {
  if ((publishing.topology.model.channels[channel]?.subscribers ?? []).length === 0) return;
  try {
    await publishMessage(publishing, type, data, { ...lineage, id: derivedId(type.name, key) });
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.code !== 'PUBLISH' && summary.retryable) throw error;
    log.warn('an event about the progress of a workflow was not sent', { type: type.name, error: summary.message });
  }
}
