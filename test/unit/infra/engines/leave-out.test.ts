import { App, CfnCondition, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { leftOutCondition } from '../../../../infra/engines/engine-gaps.js';
import { leaveOutForEngine } from '../../../../infra/engines/leave-out.js';

/** A template with one resource of each kind that matters, made for the given engine. */
function templateFor(engine: string | undefined) {
  const app = new App(engine === undefined ? {} : { context: { 'laneway:engine': engine } });
  const stack = new Stack(app, 'S');
  const add = (id: string, type: string, properties = {}) => new CfnResource(stack, id, { type, properties });
  add('Queue', 'AWS::SQS::Queue');
  add('Archive', 'AWS::Events::Archive', { SourceArn: 'arn' }).cfnOptions.condition = new CfnCondition(stack, 'Own', {
    expression: Fn.conditionEquals('a', 'a'),
  });
  add('Registry', 'AWS::EventSchemas::Registry');
  leaveOutForEngine(app);
  return Template.fromStack(stack).toJSON() as {
    Conditions?: Record<string, unknown>;
    Resources: Record<string, { Condition?: string }>;
  };
}

describe('leaveOutForEngine', () => {
  it('changes nothing without an engine, as for AWS', () => {
    const template = templateFor(undefined);
    expect(templateFor('aws')).toEqual(template);
    expect(template.Conditions).not.toHaveProperty(leftOutCondition);
    expect(template.Resources['Archive']?.Condition).toBe('Own');
  });

  it('puts what MiniStack refuses under a condition that is false, and leaves the rest', () => {
    const { Conditions, Resources } = templateFor('ministack');
    expect(Conditions?.[leftOutCondition]).toEqual({ 'Fn::Equals': ['engine', 'aws'] });
    expect(Resources['Archive']?.Condition).toBe(leftOutCondition);
    expect(Resources['Registry']?.Condition).toBe(leftOutCondition);
    expect(Resources['Queue']?.Condition).toBeUndefined();
  });

  it('leaves LocalStack and unknown engines the whole template', () => {
    expect(templateFor('localstack')).toEqual(templateFor(undefined));
    expect(templateFor('other')).toEqual(templateFor(undefined));
  });

  it('refuses an engine it has never heard of', () => {
    expect(() => templateFor('moto')).toThrow(/known engines: ministack, ministack-iam, localstack, other/);
  });
});
