import { typedKeys } from '../../../../../kit/oracles/iam/key-types.js';
import {
  evaluatePolicies,
  type PolicyRequest,
  type PolicyStatement,
} from '../../../../../kit/oracles/iam/policy-evaluator.js';

const BUS = 'arn:aws:events:us-east-1:111122223333:event-bus/shop';
const ROLE = 'arn:aws:iam::111122223333:role/laneway/shop/clerk';

function decide(
  statements: readonly Partial<PolicyStatement>[],
  request: Partial<PolicyRequest> = {},
): ReturnType<typeof evaluatePolicies> {
  const identity = statements.map((one) => ({ ...ALLOW, ...one }));
  return evaluatePolicies({ identity }, { action: 'events:PutEvents', resource: BUS, principal: ROLE, ...request });
}

const ALLOW: PolicyStatement = { Effect: 'Allow', Action: 'events:PutEvents', Resource: BUS };

/** True when one Allow with the condition holds for the keys. */
function holds(Condition: PolicyStatement['Condition'], keys: PolicyRequest['keys'] = {}): boolean {
  return decide([{ Condition: Condition ?? {} }], { keys }) === 'allow';
}

describe('policies are evaluated as IAM does', () => {
  it('denies without a statement, allows by one, and lets a Deny win', () => {
    expect(decide([])).toBe('implicit-deny');
    expect(decide([{}])).toBe('allow');
    expect(decide([{}, { Effect: 'Deny' }])).toBe('deny');
    expect(decide([{ Effect: 'Deny', Condition: { StringEquals: { 'aws:x': 'y' } } }, {}])).toBe('allow');
  });

  it('compares actions without case and with wildcards, and knows those that are left out', () => {
    expect(decide([{ Action: 'EVENTS:put*' }])).toBe('allow');
    expect(decide([{ Action: 'events:PutEvent?' }])).toBe('allow');
    expect(decide([{ Action: 'events:PutEvent' }])).toBe('implicit-deny');
    const others = (NotAction: string): Partial<PolicyStatement> => {
      const { Action: _, ...rest } = ALLOW;
      return { ...rest, NotAction };
    };
    const only = (statement: Partial<PolicyStatement>) =>
      evaluatePolicies({ identity: [statement as PolicyStatement] }, { action: 'events:PutEvents', resource: BUS });
    expect(only(others('events:*'))).toBe('implicit-deny');
    expect(only(others('iam:*'))).toBe('allow');
  });

  it('compares resources with case and wildcards, after variables', () => {
    expect(decide([{ Resource: `${BUS}-2` }])).toBe('implicit-deny');
    expect(decide([{ Resource: 'arn:aws:events:*:event-bus/sh?p' }])).toBe('allow');
    expect(decide([{ Resource: 'arn:aws:events:*:event-bus/SHOP' }])).toBe('implicit-deny');
    const own = [{ Resource: 'arn:aws:events:*:event-bus/${aws:PrincipalTag/app}' }];
    expect(decide(own, { keys: { 'aws:PrincipalTag/app': 'shop' } })).toBe('allow');
    expect(decide(own, { keys: { 'aws:PrincipalTag/app': '*' } })).toBe('implicit-deny');
    expect(decide(own)).toBe('implicit-deny');
  });

  it('takes an absent key as each operator does', () => {
    expect(holds({ StringEquals: { k: 'a' } })).toBe(false);
    expect(holds({ StringNotEquals: { k: 'a' } })).toBe(true);
    expect(holds({ StringEqualsIfExists: { k: 'a' } })).toBe(true);
    expect(holds({ 'ForAllValues:StringEquals': { k: 'a' } })).toBe(true);
    expect(holds({ 'ForAnyValue:StringEquals': { k: 'a' } })).toBe(false);
    expect(holds({ 'ForAnyValue:StringNotEquals': { k: 'a' } })).toBe(false);
    expect(holds({ Null: { k: 'true' } })).toBe(true);
    expect(holds({ Null: { k: 'false' } })).toBe(false);
    expect(holds({ Null: { k: 'false' } }, { k: ['a'] })).toBe(true);
  });

  it('judges every value, or any, of a key of several', () => {
    const k = ['a', 'x'];
    expect(holds({ 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, { k })).toBe(false);
    expect(holds({ 'ForAllValues:StringEquals': { k: ['a', 'x'] } }, { k })).toBe(true);
    expect(holds({ 'ForAnyValue:StringNotEquals': { k: ['a', 'b'] } }, { k })).toBe(true);
    expect(holds({ 'ForAnyValue:StringNotEquals': { k: ['a', 'x'] } }, { k })).toBe(false);
    expect(holds({ 'ForAllValues:StringNotLike': { k: 'l*' } }, { k })).toBe(true);
    expect(holds({ 'ForAllValues:StringNotLike': { k: 'a*' } }, { k })).toBe(false);
  });

  it('decides for the attacker where an operator for one value meets several', () => {
    const k = ['own', 'foreign'];
    expect(decide([{ Condition: { StringEquals: { k: 'own' } } }], { keys: { k } })).toBe('allow');
    expect(decide([{}, { Effect: 'Deny', Condition: { StringNotEquals: { k: 'own' } } }], { keys: { k } })).toBe(
      'allow',
    );
    expect(
      decide([{}, { Effect: 'Deny', Condition: { StringNotEquals: { k: 'own' } } }], { keys: { k: 'foreign' } }),
    ).toBe('deny');
  });

  it.each([
    [{ StringEqualsIgnoreCase: { k: 'AbC' } }, 'aBc', 'ab'],
    [{ StringLike: { k: ['x', 'a*c'] } }, 'abc', 'abd'],
    [{ StringLike: { k: 'a${*}c' } }, 'a*c', 'abc'],
    [{ StringNotLike: { k: ['x*', 'a*'] } }, 'bc', 'xc'],
    [{ NumericLessThanEquals: { k: '10' } }, '10', '11'],
    [{ NumericGreaterThan: { k: '10' } }, '11', '10'],
    [{ DateLessThan: { k: '2026-01-01T00:00:00Z' } }, '2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z'],
    [{ Bool: { k: 'true' } }, 'TRUE', 'false'],
    [{ IpAddress: { k: '10.0.0.0/24' } }, '10.0.0.7', '10.0.1.7'],
    [{ NotIpAddress: { k: '10.0.0.0/24' } }, '10.0.1.7', '10.0.0.7'],
    [{ ArnLike: { k: 'arn:aws:iam::*:role/laneway/*' } }, ROLE, 'arn:aws:iam::111122223333:role/x/laneway/y'],
    [
      { ArnEquals: { k: 'arn:*:iam::111122223333:role/x' } },
      'arn:aws:iam::111122223333:role/x',
      'arn:aws:iam:x:y:111122223333:role/x',
    ],
    [{ ArnNotLike: { k: 'arn:aws:iam::*:role/*' } }, 'arn:aws:sts::111122223333:role/x', ROLE],
  ])('knows %j', (condition, fits, other) => {
    expect(holds(condition, { k: fits })).toBe(true);
    expect(holds(condition, { k: other })).toBe(false);
  });

  it('refuses what it does not know', () => {
    expect(() => holds({ BinaryEquals: { k: 'a' } }, { k: 'a' })).toThrow('BinaryEquals is not known');
  });

  it("has a resource's policy speak to those whom it names", () => {
    const policy = (Effect: 'Allow' | 'Deny', Principal: NonNullable<PolicyStatement['Principal']>) =>
      ({ ...ALLOW, Effect, Principal }) as const;
    const by = (resource: PolicyStatement, principal = ROLE) =>
      evaluatePolicies(
        { identity: [], resource: [resource] },
        { action: 'events:PutEvents', resource: BUS, principal },
      );
    expect(by(policy('Allow', { AWS: ROLE }))).toBe('allow');
    expect(by(policy('Allow', { AWS: ROLE }), `${ROLE}-2`)).toBe('implicit-deny');
    expect(by(policy('Allow', { AWS: 'arn:aws:iam::111122223333:root' }))).toBe('allow');
    expect(by(policy('Allow', { AWS: 'arn:aws:iam::444455556666:root' }))).toBe('implicit-deny');
    expect(by(policy('Deny', '*'))).toBe('deny');
    expect(by(policy('Allow', { Service: 'events.amazonaws.com' }))).toBe('implicit-deny');
  });

  it('gives keys the types that AWS declares', async () => {
    expect(await typedKeys({ 'events:source': ['a'], 'dynamodb:Select': ['COUNT'] })).toEqual({
      'events:source': ['a'],
      'dynamodb:Select': 'COUNT',
    });
    await expect(typedKeys({ 'dynamodb:Select': ['a', 'b'] })).rejects.toThrow('was given 2 values');
  });
});
