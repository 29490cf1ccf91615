import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal, Effect } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { leaveOutForEngine } from '../../../../infra/engines/leave-out.js';

/** Statements of a role's policy and of a managed one, made for an engine, without their Version. */
function statementsFor(engine: string | undefined) {
  const app = new App(engine === undefined ? {} : { context: { 'laneway:engine': engine } });
  const stack = new Stack(app, 'S');
  const queue = new Queue(stack, 'Queue');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:m';
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['states:SendTaskSuccess'], resources: [machine] }));
  const denied = { effect: Effect.DENY, actions: ['sqs:DeleteMessage'], resources: [queue.queueArn] };
  new ManagedPolicy(stack, 'Managed', { statements: [new PolicyStatement(denied)] });
  leaveOutForEngine(app);
  const { Resources } = Template.fromStack(stack).toJSON() as {
    Resources: Record<string, { Type: string; Properties: { PolicyDocument?: { Statement: object[] } } }>;
  };
  const of = (type: string) =>
    Object.values(Resources).find(({ Type }) => Type === type)?.Properties.PolicyDocument?.Statement ?? [];
  return { own: of('AWS::IAM::Policy'), managed: of('AWS::IAM::ManagedPolicy') };
}

describe('what MiniStack asks for that AWS does not', () => {
  it('is in no template for AWS, nor for an engine that asks for nothing', () => {
    const { own, managed } = statementsFor(undefined);
    expect(own).toHaveLength(2);
    expect(managed).toHaveLength(1);
    for (const engine of ['ministack', 'localstack', 'other']) expect(statementsFor(engine)).toEqual({ own, managed });
  });

  it('is beside the allowed action that it stands in for, on the same resource or on all', () => {
    const before = statementsFor(undefined);
    const { own, managed } = statementsFor('ministack-iam');
    const [send] = before.own as { Resource: unknown }[];
    expect(own).toEqual([
      ...before.own,
      { Effect: 'Allow', Action: 'sqs:SendMessageBatch', Resource: send?.Resource },
      { Effect: 'Allow', Action: 'states:SendTaskSuccess', Resource: '*' },
    ]);
    // A Deny asks for nothing in its place.
    expect(managed).toEqual(before.managed);
  });
});
