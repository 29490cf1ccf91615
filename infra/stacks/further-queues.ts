import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { deadLettersName, laneName } from '../../shared/topology/mailbox-names.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { acknowledge } from '../constructs/acknowledge.js';
import { allow } from '../constructs/permissions.js';
import type { PlatformFunction } from '../constructs/platform-function.js';
import { namedLanes, namedQueue, prefixOf, type NamedQueue } from '../constructs/queues/mailbox.js';
import type { MessagingStack } from './messaging-stack.js';

/*
 * Platform functions work with the queues of all agents. Those of stacks that stand after theirs are named by patterns: one ARN
 * for each would fill a role's policies, which hold 10,240 characters.
 */

/** Stands for an agent in a pattern; no agent's id holds it. */
const ANY = '*';

/** Actions of a function that puts messages into lanes. */
export const SENDING = ['sqs:SendMessage'];

/** Actions of an event source mapping and its function, as CDK grants them. */
export const DRAINING = [
  'sqs:ReceiveMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueUrl',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
];

/** Lanes of agents in further stacks, each by the pattern that it falls under, else by its name. */
export function furtherQueues(
  topology: TopologyModel,
  messaging: MessagingStack,
  isMeant: (lane: { readonly direct: boolean }) => boolean,
): NamedQueue[] {
  const prefix = prefixOf(messaging);
  return messaging.further.flatMap((agent) =>
    namedLanes(topology, agent, prefix)
      .filter(isMeant)
      .map(({ key, name }) => patternOf(name, laneName(prefix, ANY, key))),
  );
}

/** Dead letter queues of agents in further stacks, likewise. */
export function furtherLetters(messaging: MessagingStack): NamedQueue[] {
  const prefix = prefixOf(messaging);
  return messaging.further.map((agent) => patternOf(deadLettersName(prefix, agent), deadLettersName(prefix, ANY)));
}

/** A long name is cut, and falls under no pattern. */
function patternOf(name: string, pattern: string): NamedQueue {
  const [start = '', end = ''] = pattern.split(ANY);
  return namedQueue(name.startsWith(start) && name.endsWith(end) ? pattern : name);
}

/** Allows `actions` on these queues, each pattern once. */
export function allowFurther(fn: PlatformFunction, queues: readonly NamedQueue[], actions: readonly string[]): void {
  const arns = [...new Set(queues.map(({ queueArn }) => queueArn))];
  if (arns.length === 0) return;
  allow(fn, actions, arns);
  for (const { name } of queues) {
    if (!name.includes(ANY)) continue;
    const place = `arn:<AWS::Partition>:sqs:${findingOf(fn)}`;
    acknowledge(
      fn.grantPrincipal as Role,
      `AwsSolutions-IAM5[Resource::${place}:${name}]`,
      "The pattern stands for the queues of this application's agents, and of no others.",
    );
  }
}

/** Region and account as a finding names them. */
function findingOf(fn: PlatformFunction): string {
  const { region, account } = Stack.of(fn);
  const named = (value: string, pseudo: string): string => (value.startsWith('${Token') ? `<${pseudo}>` : value);
  return `${named(region, 'AWS::Region')}:${named(account, 'AWS::AccountId')}`;
}
