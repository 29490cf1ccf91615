import { resolveValue, type StackFacts } from '../../../../../infra/engines/bridge/template-values.js';

const stack: StackFacts = {
  account: '000000000000',
  region: 'us-east-1',
  resources: new Map([
    ['Bus', { type: 'AWS::Events::EventBus', physicalId: 'TheBus' }],
    ['Queue', { type: 'AWS::SQS::Queue', physicalId: 'http://localhost:1/000000000000/the-queue' }],
    ['Topic', { type: 'AWS::SNS::Topic', physicalId: 'arn:aws:sns:us-east-1:000000000000:topic' }],
    ['Other', { type: 'AWS::New::Thing', physicalId: 'thing' }],
  ]),
  exports: new Map([['State:TableArn', 'arn:aws:dynamodb:us-east-1:000000000000:table/T']]),
  parameters: new Map([['Stage', 'dev']]),
};

describe('resolveValue', () => {
  it('leaves plain values and nested structures as they are', () => {
    const value = { a: [1, 'b', { c: true }], 'Fn::x': 1, d: null };
    expect(resolveValue(value, stack)).toEqual(value);
  });

  it('resolves references to resources, parameters and pseudo parameters', () => {
    expect(resolveValue({ a: { Ref: 'Bus' }, b: { Ref: 'Stage' }, c: { Ref: 'AWS::Region' } }, stack)).toEqual({
      a: 'TheBus',
      b: 'dev',
      c: 'us-east-1',
    });
  });

  it('makes the ARNs that Fn::GetAtt asks for', () => {
    const arn = (id: string) => resolveValue({ 'Fn::GetAtt': [id, 'Arn'] }, stack);
    expect(arn('Bus')).toBe('arn:aws:events:us-east-1:000000000000:event-bus/TheBus');
    expect(arn('Queue')).toBe('arn:aws:sqs:us-east-1:000000000000:the-queue');
    expect(arn('Topic')).toBe('arn:aws:sns:us-east-1:000000000000:topic');
  });

  it('joins parts and imports from other stacks', () => {
    const value = {
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':x:', { 'Fn::ImportValue': 'State:TableArn' }]],
    };
    expect(resolveValue(value, stack)).toBe('arn:aws:x:arn:aws:dynamodb:us-east-1:000000000000:table/T');
  });

  it.each([{ Ref: 'Nobody' }, { 'Fn::GetAtt': ['Other', 'Arn'] }, { 'Fn::ImportValue': 'x' }, { 'Fn::Cidr': [] }])(
    'refuses what it cannot resolve: %j',
    (value) => {
      expect(() => resolveValue(value, stack)).toThrow(/cannot be resolved/);
    },
  );
});
