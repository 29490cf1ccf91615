import fc from 'fast-check';
import type { LanewayApplication } from 'laneway/cdk';
import { runbookEntry } from '../../infra/constructs/alarms.js';
import { arbitraryTopology } from '../support/arbitrary-topology.js';
import { shop, smallest } from '../support/fixture-topology.js';
import { applicationOf, idIn, resourcesOf, type Resource } from '../support/synthesized-application.js';

const DEAD_LETTERS = /DeadLetters|Undelivered|StreamFailures/;

interface Target {
  readonly DeadLetterConfig?: { readonly Arn?: unknown };
}

/** What holds for every application, whatever its topology. */
function check(application: LanewayApplication): void {
  const resources = resourcesOf(application);
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  const queues = of('AWS::SQS::Queue');
  const mappings = of('AWS::Lambda::EventSourceMapping');
  const alarms = of('AWS::CloudWatch::Alarm');

  for (const queue of queues) {
    const dead = DEAD_LETTERS.test(queue.id);
    const redrive = queue.properties['RedrivePolicy'] as { deadLetterTargetArn?: unknown } | undefined;
    expect([queue.id, redrive !== undefined]).toEqual([queue.id, !dead]);
    if (redrive) expect(idIn(redrive.deadLetterTargetArn, queues)).toMatch(DEAD_LETTERS);
    expect(queue.properties['SqsManagedSseEnabled']).toBe(true);
    if (dead) expect(ageAlarm(queue, alarms, queues)).toContain(runbookEntry('dead-letter-queue-age'));
  }
  for (const rule of of('AWS::Events::Rule')) {
    const targets = rule.properties['Targets'] as Target[];
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(idIn(target.DeadLetterConfig?.Arn, queues)).toMatch(DEAD_LETTERS);
  }
  for (const mapping of mappings) {
    const queue = queues.find(({ id }) => id === idIn(mapping.properties['EventSourceArn'], queues));
    const fn = of('AWS::Lambda::Function').find(
      ({ id }) => id === idIn(mapping.properties['FunctionName'], of('AWS::Lambda::Function')),
    );
    expect(mapping.properties['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
    if (!queue || !fn) continue;
    const visibility = Number(queue.properties['VisibilityTimeout']);
    expect(visibility).toBeGreaterThanOrEqual(6 * Number(fn.properties['Timeout']));
  }
  for (const fn of of('AWS::Lambda::Function')) {
    expect(fn.properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x', RecursiveLoop: 'Allow' });
  }
  for (const group of of('AWS::Logs::LogGroup')) expect(group.properties['RetentionInDays']).toBeGreaterThan(0);
}

function ageAlarm(queue: Resource, alarms: readonly Resource[], queues: readonly Resource[]): unknown {
  const alarm = alarms.find(
    ({ properties }) =>
      properties['MetricName'] === 'ApproximateAgeOfOldestMessage' &&
      idIn(properties['Dimensions'], queues) === queue.id &&
      properties['Threshold'] === 300,
  );
  return alarm?.properties['AlarmDescription'] ?? `no alarm on ${queue.id}`;
}

const workflow = { name: 'order', asl: asl(), startedBy: { name: 'OrderPlaced' } };

function asl() {
  return {
    Comment: 'one step',
    QueryLanguage: 'JSONata' as const,
    TimeoutSeconds: 60,
    StartAt: 'Done',
    States: { Done: { Type: 'Fail' as const, Error: 'E', Cause: 'C' } },
  };
}

describe('every application', () => {
  it('keeps the invariants: a shop with a workflow', () => check(applicationOf(shop, { workflows: [workflow] })));

  it('keeps the invariants: the smallest', () => check(applicationOf(smallest)));

  it('keeps the invariants: any topology', () => {
    fc.assert(
      fc.property(arbitraryTopology(4), (topology) => check(applicationOf(topology))),
      { numRuns: 4, endOnFailure: true },
    );
  }, 120_000);

  it('makes only what the topology needs', () => {
    const names = resourcesOf(applicationOf(smallest))
      .filter(({ type }) => type === 'AWS::Lambda::Function')
      .map(({ properties }) => properties['Description']);
    expect(names).toHaveLength(3);
    expect(applicationOf(smallest).stacks.orchestration).toBeUndefined();
  });
});
