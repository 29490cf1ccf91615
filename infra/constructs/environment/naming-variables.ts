import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { ENVIRONMENT } from '../../../shared/domain/base/environment.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { MachineNaming } from '../../../shared/platform/workflows/deployed-workflows.js';
import type { MailboxNaming } from '../../../shared/topology/mailbox-names.js';
import type { Mailbox } from '../queues/mailbox.js';

/*
 * A place is a token until deployment; but ARNs and URLs hold nothing that JSON escapes, and CDK leaves tokens in texts.
 */

/**
 * The variable by which a function finds the lanes of `mailboxes`, however many they are; none without mailboxes.
 * @throws LanewayError INVALID_OPTION when they are in several stacks
 */
export function mailboxesVariable(mailboxes: readonly Mailbox[]): Record<string, string> {
  const [first] = mailboxes;
  if (!first) return {};
  const other = mailboxes.find(({ prefix }) => prefix !== first.prefix);
  if (other) {
    throw new LanewayError('INVALID_OPTION', `mailboxes of '${first.agent}' and '${other.agent}' are in two stacks`, {
      help: ['put all mailboxes of an application into one stack; a function finds their queues by its name'],
    });
  }
  const naming: MailboxNaming = { prefix: first.prefix, like: first.deadLetterQueue.queueUrl };
  return { [ENVIRONMENT.mailboxes]: JSON.stringify(naming) };
}

/** The variable by which a function finds the state machines of a stack, however many they are. */
export function machinesVariable(stack: Stack): Record<string, string> {
  const parts = { service: 'states', resource: 'stateMachine', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  const naming: MachineNaming = {
    prefix: stack.stackName,
    place: stack.formatArn({ ...parts, resourceName: '' }),
  };
  return { [ENVIRONMENT.workflows]: JSON.stringify(naming) };
}
