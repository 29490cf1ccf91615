import { Aspects, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Effect, ManagedPolicy, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { MinistackConditions } from '../../../../infra/engines/ministack-conditions.js';

type Conditions = Record<string, Record<string, string | string[]>>;

const statement = (effect: Effect, conditions: Conditions): PolicyStatement =>
  new PolicyStatement({
    effect,
    actions: ['events:PutEvents'],
    resources: ['arn:aws:events:us-east-1:111122223333:event-bus/shop'],
    conditions,
  });

/** Effects and conditions of the policies of a stack. */
function conditionsIn(stack: Stack, type: string, property: string): unknown[] {
  const [resource] = Object.values(Template.fromStack(stack).findResources(type));
  const { Properties } = resource as { Properties: Record<string, { Statement: Record<string, unknown>[] }> };
  return (Properties[property]?.Statement ?? []).map(({ Effect: effect, Condition }) => [effect, Condition]);
}

it('takes the conditions that MiniStack cannot judge out of an Allow, and a Deny by them as a whole', () => {
  const stack = new Stack();
  new ManagedPolicy(stack, 'Policy').addStatements(
    statement(Effect.ALLOW, {
      'ForAllValues:StringEquals': { 'events:source': ['a'], 'aws:TagKeys': ['b'] },
      Null: { 'events:source': 'false' },
    }),
    statement(Effect.ALLOW, { StringEquals: { 'dynamodb:LeadingKeys': 'head' } }),
    statement(Effect.DENY, { Null: { 'events:detail-type': 'true' } }),
    statement(Effect.DENY, { Bool: { 'aws:SecureTransport': 'false' } }),
  );
  Aspects.of(stack).add(new MinistackConditions());
  expect(conditionsIn(stack, 'AWS::IAM::ManagedPolicy', 'PolicyDocument')).toEqual([
    ['Allow', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['b'] } }],
    ['Allow', undefined],
    ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
  ]);
});

it('does the same in the policy of a key', () => {
  const stack = new Stack();
  const signing = new PolicyStatement({
    principals: [new AccountRootPrincipal()],
    actions: ['kms:Sign'],
    resources: ['*'],
    conditions: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/laneway/*' } },
  });
  new Key(stack, 'Key', { policy: new PolicyDocument({ statements: [signing] }) });
  Aspects.of(stack).add(new MinistackConditions());
  expect(conditionsIn(stack, 'AWS::KMS::Key', 'KeyPolicy')).toEqual([['Allow', undefined]]);
});
