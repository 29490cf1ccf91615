import { CfnOutput, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { outputKey } from '../../../shared/topology/deployed/output-key.js';
import { laneKeysOf } from '../../../shared/topology/mailbox-names.js';
import { wideTopology } from '../../kit/applications/wide-topology.js';
import {
  applicationOf,
  folderOfAgents,
  resourcesOf,
  stacksOf,
  unbundledApp,
  type Resource,
} from '../../kit/stands/synthesized-application.js';

/** Quotas of CloudFormation, EventBridge and IAM (their user guides, "quotas"). */
const MOST = {
  resources: 500,
  outputs: 200,
  templateBytes: 1_000_000,
  rules: 300,
  inlinePolicy: 10_240,
  managed: 6_144,
};

const wide = wideTopology({ agents: 120, types: 400 });
const { agents: declared } = wide.model;
const entries = Object.values(declared).map(({ id, runs }) => (runs === 'worker' ? `${id}/worker` : id));
const app = unbundledApp();
const application = applicationOf(wide, { agents: folderOfAgents(...entries) }, app);
const assembly = app.synth();
const resources = resourcesOf(application);
const stacks = stacksOf(application);

function ofType(type: string): Resource[] {
  return resources.filter((one) => one.type === type);
}

/** Characters of a policy as AWS counts them, without white space, with names as long as real ones. */
function policyLength(document: unknown): number {
  const text = JSON.stringify(document, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('Fn::GetAtt' in value || 'Fn::ImportValue' in value)
      return `arn:aws:service:us-east-1:111122223333:${'n'.repeat(45)}`;
    if ('Ref' in value) return 'n'.repeat(14);
    const joined = 'Fn::Join' in value ? (value['Fn::Join'] as [string, unknown[]])[1] : undefined;
    return joined?.map((part) => (typeof part === 'string' ? part : 'n'.repeat(14))).join('') ?? value;
  });
  return text.length;
}

describe('an application of 120 agents and 400 types', () => {
  it('synthesizes into stacks within the quotas of CloudFormation', () => {
    expect(stacks.length).toBeGreaterThan(5);
    for (const stack of stacks) {
      const template = Template.fromStack(stack).toJSON() as { Resources: object; Outputs: object };
      expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(MOST.resources);
      expect(Object.keys(template.Outputs).length).toBeLessThanOrEqual(MOST.outputs);
      expect(JSON.stringify(template).length).toBeLessThanOrEqual(MOST.templateBytes);
    }
    expect(assembly.stacks.map(({ stackName }) => stackName)).toEqual(
      expect.arrayContaining(stacks.map(({ stackName }) => stackName)),
    );
  });

  it('has every queue, function and alarm once, under the name that a smaller one would have', () => {
    const lanes = Object.keys(declared).flatMap((agent) =>
      laneKeysOf(wide.model, agent).map((key) => `${agent}_${key}`),
    );
    const names = ofType('AWS::SQS::Queue').flatMap(({ properties }) => properties['QueueName'] ?? []);
    expect(new Set(names)).toEqual(
      new Set([
        ...lanes.map((lane) => `TestMessaging_${lane}`),
        ...Object.keys(declared).map((agent) => `TestMessaging_${agent}_dead-letters`),
      ]),
    );
    expect(names).toHaveLength(lanes.length + 120);
    const ages = ofType('AWS::CloudWatch::Alarm').filter(({ properties }) =>
      String(properties['AlarmDescription']).includes('holds messages that should long have been handled'),
    );
    expect(ages).toHaveLength(lanes.length);
  });

  it('names all of it in outputs, each key once', () => {
    const keys = stacks.flatMap((stack) => Object.keys(Template.fromStack(stack).toJSON()['Outputs'] as object));
    for (const { id, runs } of Object.values(declared)) {
      const own = [
        outputKey('DeadLetters', id),
        runs === 'worker' ? outputKey('WorkerPolicy', id) : outputKey('Function', id),
        ...laneKeysOf(wide.model, id).map((key) => outputKey('Lane', id, key)),
      ];
      for (const key of own) expect(keys.filter((one) => one === key)).toHaveLength(1);
    }
  });

  it('leads every message to the lane of each agent that hears it, by no more rules than a bus takes', () => {
    const rules = ofType('AWS::Events::Rule').filter(({ properties }) => 'EventBusName' in properties);
    expect(rules.length).toBeLessThanOrEqual(MOST.rules);
    const heard = rules.flatMap(({ stack, properties }) => {
      const { detail } = properties['EventPattern'] as { detail: { channel?: string[]; receiver?: unknown[] } };
      const isChannel = JSON.stringify(detail.receiver) === JSON.stringify([{ exists: false }]);
      if (!isChannel) return [];
      const targets = properties['Targets'] as { Arn: { 'Fn::GetAtt': [string] } }[];
      return targets.map(({ Arn }) => {
        const queue = resources.find((one) => one.stack === stack && one.id === Arn['Fn::GetAtt'][0]);
        return `${detail.channel?.[0]} ${String(queue?.properties['QueueName'])}`;
      });
    });
    const wanted = Object.values(declared).flatMap(({ id, subscribes }) =>
      subscribes
        .filter((channel) => wide.model.channels[channel]?.qos.delivery === 'bus')
        .map((channel) => `${channel} TestMessaging_${id}_normal`),
    );
    expect(heard.toSorted()).toEqual(wanted.toSorted());
  });

  it('drains every dead letter queue by the one function, which is allowed to', () => {
    const mapped = ofType('AWS::Lambda::EventSourceMapping').map(({ stack, properties }) => ({ stack, properties }));
    for (const letters of ofType('AWS::SQS::Queue').filter(({ properties }) =>
      String(properties['QueueName']).endsWith('_dead-letters'),
    )) {
      const own = mapped.filter(({ properties }) => JSON.stringify(properties['EventSourceArn']).includes(letters.id));
      expect(own).toHaveLength(1);
    }
    const policies = resources.filter(({ id, type }) => type.startsWith('AWS::IAM::') && id.startsWith('DeadLetters'));
    const text = JSON.stringify(policies.map(({ properties }) => properties));
    expect(text).toContain(':TestMessaging_*_dead-letters');
    expect(text).toContain(':TestMessaging_*_normal');
  });

  it('gives no role more policies than IAM takes', () => {
    const inline = new Map<string, number>();
    for (const { properties, stack } of ofType('AWS::IAM::Policy')) {
      const length = policyLength(properties['PolicyDocument']);
      for (const role of properties['Roles'] as unknown[]) {
        const key = `${stack} ${JSON.stringify(role)}`;
        inline.set(key, (inline.get(key) ?? 0) + length);
      }
    }
    for (const [role, length] of inline) expect([role, length <= MOST.inlinePolicy]).toEqual([role, true]);
    for (const { id, properties } of ofType('AWS::IAM::ManagedPolicy'))
      expect([id, policyLength(properties['PolicyDocument']) <= MOST.managed]).toEqual([id, true]);
  });

  it('finds the parts of each agent, wherever they stand', () => {
    const [last, worker] = ['agent-119', 'agent-118'];
    expect(application.mailbox(last).prefix).toBe('TestMessaging');
    expect(application.agent(last).function.stack).not.toBe(application.stacks.agents);
    expect(application.worker(worker).policy.stack).toBe(application.mailbox(worker).deadLetterQueue.stack);
  });
});

describe('agentsPerStack', () => {
  const small = wideTopology({ agents: 6, types: 12 });
  const files = folderOfAgents('agent-0', 'agent-1', 'agent-2', 'agent-3', 'agent-4', 'agent-5');

  it('says how many agents a stack holds, in the order of the topology', () => {
    const { stacks: made } = applicationOf(small, { agents: files, agentsPerStack: 4 });
    expect(Object.keys(made.messaging.mailboxes)).toEqual(['agent-0', 'agent-1', 'agent-2', 'agent-3']);
    expect(made.groups.map(({ stackName, agents }) => [stackName, Object.keys(agents)])).toEqual([
      ['TestAgents2', ['agent-4', 'agent-5']],
    ]);
    expect(() => applicationOf(small, { agents: files, agentsPerStack: 0 })).toThrow(/agentsPerStack is 0[^]*from 1/);
  });

  it('divides the cap of all agents among those of all stacks', () => {
    const options = { agents: files, agentsPerStack: 4, agentConcurrency: 60 };
    const caps = resourcesOf(applicationOf(small, options))
      .filter(({ type, properties }) => type === 'AWS::Lambda::EventSourceMapping' && 'ScalingConfig' in properties)
      .map(({ properties }) => (properties['ScalingConfig'] as { MaximumConcurrency: number }).MaximumConcurrency);
    expect(new Set(caps)).toEqual(new Set([10]));
  });

  it('passes AwsSolutions', () => {
    const checked = unbundledApp();
    applicationOf(small, { agents: files, agentsPerStack: 4 }, checked);
    Validations.of(checked).addPlugins(new AwsSolutionsChecks(checked));
    expect(() => checked.synth()).not.toThrow();
  });

  it('is named by the refusal of a stack that is too large', () => {
    const big = unbundledApp();
    const one = applicationOf(small, { agents: files }, big);
    for (let n = 0; n < 200; n++) new CfnOutput(one.stacks.state, `Own${n}`, { value: 'x' });
    expect(() => big.synth()).toThrow(/TestState would hold 2\d\d outputs[^]*allowed: 200[^]*agentsPerStack/);
  });
});
