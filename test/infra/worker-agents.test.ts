import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { defineTopology } from 'laneway/topology';
import { laneKeysOf } from '../../shared/topology/mailbox-names.js';
import { depot } from '../kit/applications/fixture-topology.js';
import {
  applicationOf,
  folderOfAgents,
  lambdaAgents,
  resourcesOf,
  statementsOf,
  unbundledApp,
  type Statement,
} from '../kit/stands/synthesized-application.js';
import { inspectTemplates } from '../kit/oracles/template-invariants.js';

/** The same topology with every agent on Lambda. */
const onLambda = defineTopology('fixture-depot', {
  channels: depot.channels,
  agents: {
    clerk: { ...depot.agents.clerk },
    packer: { ...depot.agents.packer, runs: 'lambda' },
    weigher: { ...depot.agents.weigher, runs: 'lambda' },
  },
  clients: depot.clients,
});

const resources = resourcesOf(applicationOf(depot));

/** Allowed actions, each for itself, without those that only one of the two places needs. */
function rights(statements: readonly Statement[], without: RegExp): string[] {
  return statements
    .flatMap(({ Effect, Action, Resource, Condition }) =>
      [Action]
        .flat()
        .flatMap((action) =>
          [Resource].flat().map((resource) => JSON.stringify([Effect, action, resource, Condition])),
        ),
    )
    .filter((right) => !without.test(right))
    .sort();
}

describe('an agent that runs as a worker', () => {
  it('has its mailbox and alarms, and neither function nor mapping', () => {
    const { checked, violations } = inspectTemplates(applicationOf(depot));
    expect(violations).toEqual([]);
    expect(checked).toBeGreaterThan(50);
    const of = (type: string) => resources.filter((resource) => resource.type === type);
    expect(of('AWS::SQS::Queue').filter(({ id }) => /^Mailboxpacker/.test(id))).toHaveLength(3);
    const described = of('AWS::Lambda::Function').map(({ properties }) => String(properties['Description']));
    expect(described.filter((text) => /packer|weigher/.test(text))).toEqual([]);
    const alarms = JSON.stringify(of('AWS::CloudWatch::Alarm').map(({ properties }) => properties['AlarmDescription']));
    expect(alarms).toContain('packer-normal');
    expect(JSON.stringify(of('AWS::CloudWatch::Dashboard'))).toContain('packer: messages waiting');
  });

  it('may do what its function might, register its instances, receive by itself, find the application, and no more', () => {
    const invoked = resourcesOf(applicationOf(onLambda, { agents: folderOfAgents(...lambdaAgents(onLambda)) }));
    for (const agent of ['packer', 'weigher']) {
      const own = statementsOf(resources, new RegExp(`^Worker${agent}`));
      // The denies of two agents in one role of worker processes would leave nothing to publish.
      const receiving =
        /sqs:(Receive|Delete|Change|GetQueue)|DescribeStacks|AttInstances|xray:|logs:|^\["Deny","events:PutEvents"/;
      expect(rights(own, receiving)).toEqual(
        rights(statementsOf(invoked, new RegExp(`^Agent${agent}FunctionRole`)), receiving),
      );
      const registering = own.filter((one) => JSON.stringify(one).includes('AttInstances'));
      expect(registering.map(({ Action, Condition }) => [Action, Condition])).toEqual([
        [['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], onlyPartition(`agent.${agent}`)],
        ['dynamodb:Query', onlyPartition(`word.${agent}`)],
      ]);
      const received = own.filter(({ Action }) => [Action].flat().includes('sqs:ReceiveMessage'));
      expect(received.map(({ Action }) => Action)).toEqual([
        ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
      ]);
      const queues = [received[0]?.Resource].flat().map((resource) => JSON.stringify(resource));
      expect(queues).toHaveLength(laneKeysOf(depot.model, agent).length);
      for (const queue of queues) expect(queue).toMatch(new RegExp(`Mailbox${agent}Lane`));
    }
  });

  it('has lanes whose visibility is one handling, as nothing throttles a worker', () => {
    const visibility = (match: RegExp) =>
      resources
        .filter(({ type, id }) => type === 'AWS::SQS::Queue' && match.test(id))
        .map(({ properties }) => properties['VisibilityTimeout']);
    expect(visibility(/^MailboxpackerLane/)).toEqual([45, 45]);
    expect(visibility(/^MailboxclerkLane/)).toEqual([270, 270]);
    expect(visibility(/^MailboxweigherLane/)).toEqual([135]);
  });

  it('is told by outputs which policy it has and what is bound to it, also after the application is made', () => {
    const app = unbundledApp();
    const bucket = new Bucket(new Stack(app, 'Own'), 'Pictures');
    const application = applicationOf(depot, { bind: { packer: { pictures: bucket } } }, app);
    application.worker('packer').bind('greeting', 'a "hello"');
    new Role(new Stack(app, 'Elsewhere2'), 'Role', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
      managedPolicies: [application.worker('packer').policy],
    });
    const template = Template.fromStack(application.stacks.agents).toJSON();
    const outputs = template['Outputs'] as Record<string, { Value: unknown }>;
    expect(outputs['WorkerPolicyPacker']?.Value).toEqual({ Ref: expect.stringMatching(/^Workerpacker/) as unknown });
    const { 'Fn::Join': [, parts] = ['', []] } = outputs['BindingsPacker']?.Value as {
      'Fn::Join'?: [string, unknown[]];
    };
    const text = parts.map((part) => (typeof part === 'string' ? part : 'the-bucket')).join('');
    expect(JSON.parse(text)).toEqual({ pictures: 'the-bucket', greeting: 'a "hello"' });
    expect(outputs['BindingsWeigher']?.Value).toBe('{}');
    expect(outputs['FunctionClerk']).toBeDefined();
    expect(Object.keys(outputs).filter((key) => /^Function(Packer|Weigher)|^WorkerPolicyClerk/.test(key))).toEqual([]);
    const granted = rights(statementsOf(resourcesOf(application), /^Workerpacker/), /sqs|dynamodb/).join();
    expect(granted).toContain('s3:PutObject');
    expect(granted).not.toMatch(/s3:(Delete|List)/);
  });

  it('passes AwsSolutions', () => {
    const app = unbundledApp();
    applicationOf(depot, { agents: folderOfAgents('clerk') }, app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});

function onlyPartition(key: string): object {
  const leading = 'dynamodb:LeadingKeys';
  return { 'ForAllValues:StringEquals': { [leading]: [key] }, Null: { [leading]: 'false' } };
}
