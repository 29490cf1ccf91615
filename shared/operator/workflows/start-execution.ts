import { sourceOf } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import { executionName } from '../../domain/wire/execution-name.js';
import { derivedId, newId } from '../../domain/base/ids.js';
import { encodeData } from '../../message/message-type.js';
import { WorkflowRequested } from '../../message/system-messages.js';
import { checkStartSize } from '../../publishing/check-start-size.js';
import { publishMessage } from '../../publishing/publish-message.js';
import { checkActor, type Actor } from '../operator-services.js';
import {
  checkWorkflow,
  executionByName,
  noteAction,
  type WorkflowActServices,
  type WorkflowServices,
} from './workflow-services.js';

/** An execution that an operator had started. */
export interface StartedByHand {
  readonly workflow: string;
  readonly execution: string;
  readonly conversation: string;
  readonly messageId: string;
}

/**
 * Has one execution of one workflow started with a payload of its start message, which itself is not published: nobody
 * else hears of it. Checked against the schema first; noted in the ledger with who and why.
 *
 * @param key makes a repetition the same start @defaultValue every call is another one
 * @throws LanewayError NOT_FOUND, SCHEMA, TOO_LARGE, INVALID_OPTION without who or why, PUBLISH
 */
export async function startExecution(
  workflow: string,
  { data, key }: { readonly data: unknown; readonly key?: string | undefined },
  actor: Actor,
  services: WorkflowActServices,
): Promise<StartedByHand> {
  checkActor(actor);
  checkWorkflow(workflow, services);
  const name = services.starts[workflow] ?? '';
  const type = services.topology.types.get(name);
  if (!type) throw new LanewayError('UNKNOWN_TYPE', `'${services.topology.name}' has no message type ${name}`);
  const payload = encodeData(type, data);
  checkStartSize(name, payload, [workflow]);
  const messageId = key === undefined ? newId() : derivedId('start', workflow, key);
  const conversation = derivedId('started', messageId);
  const { publishing, topology } = services;
  const execution = executionName(workflow, {
    id: messageId,
    source: sourceOf(topology.name, publishing.kind, publishing.name),
  });
  await noteAction('start', { execution, correlationId: conversation, messageId }, actor, services);
  await publishMessage(
    services.publishing,
    WorkflowRequested,
    { workflow, data: payload },
    { subject: workflow, id: messageId, correlationId: conversation },
  );
  return { workflow, execution, conversation, messageId };
}

/**
 * Stops a running execution: it ends as aborted, and its answered steps are compensated. Noted in the ledger with who and why.
 * @throws LanewayError NOT_FOUND, REFUSED when it has ended, INVALID_OPTION without who or why
 */
export async function stopExecution(
  name: string,
  actor: Actor,
  services: WorkflowServices,
): Promise<{ readonly execution: string; readonly conversation: string }> {
  checkActor(actor);
  const { execution, input } = await executionByName(name, services);
  if (execution.status !== 'running') {
    throw new LanewayError('REFUSED', `execution '${name}' has ended: ${execution.status}`, {
      help: [`see: laneway workflow get ${name}`],
    });
  }
  const conversation = input.message.correlationid;
  await noteAction('stop', { execution: name, correlationId: conversation }, actor, services);
  await services.executions.stop(execution.workflow, name, 'Stopped', `${actor.by}: ${actor.why}`);
  return { execution: name, conversation };
}
