import { Stack } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { LanewayApplication } from 'laneway/cdk';
import { logicalIdOf } from '../../../infra/constructs/acknowledge.js';
import { runbookEntry } from '../../../infra/constructs/alarms.js';
import { lanesOf } from '../../../infra/constructs/queues/mailbox.js';
import { idIn, resourcesOf, type Resource } from '../stands/synthesized-application.js';

const DEAD_LETTERS = /DeadLetters|Undelivered|StreamFailures/;

interface Target {
  readonly DeadLetterConfig?: { readonly Arn?: unknown };
}

/** Report on the templates of an application: what was looked at, and what does not hold there. */
export interface Inspection {
  readonly checked: number;
  readonly violations: readonly string[];
}

/** Holds an application's templates against what is true of every application, whatever its topology. */
export function inspectTemplates(application: LanewayApplication): Inspection {
  const resources = resourcesOf(application);
  const of = (type: string): Resource[] => resources.filter((resource) => resource.type === type);
  const queues = of('AWS::SQS::Queue');
  const functions = of('AWS::Lambda::Function');
  const violations: string[] = [];
  let checked = 0;
  const hold = (holds: boolean, id: string, what: string): void => {
    checked++;
    if (!holds) violations.push(`${id}: ${what}`);
  };

  for (const queue of queues) {
    const dead = DEAD_LETTERS.test(queue.id);
    const redrive = queue.properties['RedrivePolicy'] as { deadLetterTargetArn?: unknown } | undefined;
    hold(
      (redrive !== undefined) === !dead,
      queue.id,
      dead ? 'a dead letter queue has one itself' : 'has no dead letter queue',
    );
    if (redrive)
      hold(isDead(redrive.deadLetterTargetArn, queues), queue.id, 'its redrive leads to no dead letter queue');
    hold(queue.properties['SqsManagedSseEnabled'] === true, queue.id, 'is not encrypted');
    if (dead)
      hold(hasAgeAlarm(queue, of('AWS::CloudWatch::Alarm'), queues), queue.id, 'has no alarm with a runbook entry');
  }
  for (const rule of of('AWS::Events::Rule')) {
    const targets = rule.properties['Targets'] as Target[];
    hold(targets.length > 0 && targets.length <= 5, rule.id, `has ${targets.length} targets`);
    for (const target of targets)
      hold(isDead(target.DeadLetterConfig?.Arn, queues), rule.id, 'a target has no dead letter queue');
  }
  for (const mapping of of('AWS::Lambda::EventSourceMapping')) {
    const queue = queues.find(({ id }) => id === idIn(mapping.properties['EventSourceArn'], queues));
    const fn = functions.find(({ id }) => id === idIn(mapping.properties['FunctionName'], functions));
    const types = JSON.stringify(mapping.properties['FunctionResponseTypes']);
    hold(types === '["ReportBatchItemFailures"]', mapping.id, `its response types are ${types}`);
    if (!queue || !fn) continue;
    const [visibility, timeout] = [Number(queue.properties['VisibilityTimeout']), Number(fn.properties['Timeout'])];
    hold(visibility >= 6 * timeout, mapping.id, `visibility ${visibility} s for a timeout of ${timeout} s`);
  }
  // Mappings of a function that was made elsewhere stand in that function's stack.
  const mapped = application.node.root.node
    .findAll()
    .filter((node) => node instanceof CfnEventSourceMapping)
    .map((node) => idIn(Stack.of(node).resolve(node.eventSourceArn), queues));
  const policies = of('AWS::IAM::ManagedPolicy').map(({ id }) => id);
  for (const mailbox of Object.values(application.stacks.messaging.mailboxes)) {
    const worker = application.stacks.agents.workers[mailbox.agent];
    const fn = application.stacks.agents.agents[mailbox.agent];
    hold((worker === undefined) !== (fn === undefined), mailbox.agent, 'has not one of: function, policy of a worker');
    if (worker) hold(policies.includes(logicalIdOf(worker.policy)), mailbox.agent, 'its policy is not in the template');
    for (const { queue } of lanesOf(mailbox)) {
      const mappings = mapped.filter((source) => source === logicalIdOf(queue)).length;
      hold(mappings === (worker ? 0 : 1), mailbox.agent, `a lane has ${mappings} event source mappings`);
    }
  }
  for (const { id, properties } of functions) {
    hold(JSON.stringify(properties['Architectures']) === '["arm64"]', id, 'does not run on arm64');
    hold(properties['Runtime'] === 'nodejs24.x', id, `its runtime is ${String(properties['Runtime'])}`);
    hold(properties['RecursiveLoop'] === 'Allow', id, 'AWS would cut its chains of messages');
  }
  for (const { id, properties } of of('AWS::Logs::LogGroup'))
    hold(Number(properties['RetentionInDays']) > 0, id, 'keeps its log for ever');
  return { checked, violations };
}

function isDead(arn: unknown, queues: readonly Resource[]): boolean {
  return DEAD_LETTERS.test(idIn(arn, queues) ?? '');
}

function hasAgeAlarm(queue: Resource, alarms: readonly Resource[], queues: readonly Resource[]): boolean {
  const alarm = alarms.find(
    ({ properties }) =>
      properties['MetricName'] === 'ApproximateAgeOfOldestMessage' &&
      idIn(properties['Dimensions'], queues) === queue.id &&
      properties['Threshold'] === 300,
  );
  return JSON.stringify(alarm?.properties['AlarmDescription'] ?? '').includes(runbookEntry('dead-letter-queue-age'));
}
