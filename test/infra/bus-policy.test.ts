import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { vehicleMaintenance } from '../../infra/applications/vehicle-maintenance.js';
import { IngressPolicy } from '../../infra/constructs/policies/ingress-policy.js';
import { sourceOf } from '../../shared/domain/wire/envelope.js';
import { typedKeys } from '../kit/oracles/iam/key-types.js';
import { evaluatePolicies, type PolicyStatement } from '../kit/oracles/iam/policy-evaluator.js';
import { ResolvedPolicies } from '../kit/oracles/iam/resolved-policies.js';
import { applicationOf, unbundledApp } from '../kit/stands/synthesized-application.js';

// No local engine enforces the policy of a bus, so that it is decided here.

const ACCOUNT = 'arn:aws:iam::111122223333';
const OPERATORS = `${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Operators_*`;
const app = unbundledApp();
const application = vehicleMaintenance(app, 'Vehicles', {
  ...{ sender: 'service@vehicles.example', respondWithin: '24 hours', removalPolicy: RemovalPolicy.RETAIN },
  ...{ approvalLinks: true, operators: [OPERATORS] },
});
const outside = new Stack(app, 'Outside');
new Role(outside, 'Portal', {
  assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
  path: application.rolePath,
  managedPolicies: Object.keys(vehicles.model.clients).flatMap((client) => application.client(client).policies),
});
new Role(outside, 'Fleet', {
  assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
  managedPolicies: Object.keys(vehicles.model.ingress).map((ingress) => application.ingress(ingress).policy),
});
const policies = new ResolvedPolicies(app);
const bus = String(policies.busPolicy[0]?.Resource);
/** Exactly the right that outside publishers were told to have before there were policies for them. */
const anyEvent: PolicyStatement = { Effect: 'Allow', Action: 'events:PutEvents', Resource: bus };

const forged = sourceOf('vehicle-maintenance', 'platform', 'operator');

async function decide(
  identity: readonly PolicyStatement[],
  principal: string | undefined,
  sources: readonly string[],
  types: readonly string[] = ['ApprovalDecided'],
) {
  const keys = await typedKeys({
    ...(sources.length > 0 ? { 'events:source': sources } : {}),
    'events:detail-type': types,
  });
  const request = {
    action: 'events:PutEvents',
    resource: bus,
    keys,
    ...(principal === undefined ? {} : { principal }),
  };
  return evaluatePolicies({ identity, resource: policies.busPolicy }, request);
}

describe('the policy of the bus', () => {
  it.each([
    ['a role with PutEvents', `${ACCOUNT}:role/fleet`],
    ['an administrator', `${ACCOUNT}:user/admin`],
    ["the account's root", `${ACCOUNT}:root`],
    ["another application's role", `${ACCOUNT}:role/laneway/letters/clerk`],
    ['a role whose name looks like the path', `${ACCOUNT}:role/other/laneway/vehicle-maintenance/x`],
    ["another account's role under the path", 'arn:aws:iam::444455556666:role/laneway/vehicle-maintenance/x'],
    ['nobody, such as a service', undefined],
  ])('refuses sources of Laneway from %s', async (_, principal) => {
    expect(await decide([anyEvent], principal, [forged])).toBe('deny');
    expect(await decide([anyEvent], principal, ['com.acme.fleet', forged])).toBe('deny');
    expect(await decide([anyEvent], principal, [sourceOf('letters', 'agent', 'clerk')])).toBe('deny');
    expect(await decide([anyEvent], principal, [])).toBe('deny');
    expect(await decide([anyEvent], principal, ['com.acme.fleet'], ['EngineReading'])).toBe('allow');
  });

  it('lets operators publish who are named', async () => {
    const operator = `${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Operators_0123456789abcdef`;
    expect(await decide([anyEvent], operator, [forged])).toBe('allow');
  });

  it('lets every role of the application publish what its own policies allow', async () => {
    const publishing = policies.roles.filter(({ statements }) =>
      statements.some(({ Action, Effect }) => Action === 'events:PutEvents' && Effect === 'Allow'),
    );
    const own = publishing.filter(({ path }) => !path.includes('/Fleet/'));
    // Agents, platform functions, and the client's role.
    expect(own.length).toBeGreaterThan(Object.keys(vehicles.model.agents).length + 8);
    for (const { principal, statements, path } of own) {
      const conditions = statements.find(({ Action, Effect }) => Action === 'events:PutEvents' && Effect === 'Allow');
      const equals = conditions?.Condition?.['ForAllValues:StringEquals'];
      const sources = [equals?.['events:source'] ?? []].flat();
      const [type = 'ScheduleService'] = [equals?.['events:detail-type'] ?? []].flat();
      expect([path, await decide(statements, principal, sources.slice(0, 1), [type])]).toEqual([path, 'allow']);
      expect([path, await decide(statements, principal, ['laneway.letters.agent.clerk'], [type])]).not.toEqual([
        path,
        'allow',
      ]);
    }
  });

  it('is in the template as one resource for each statement, without a role that would have to be there before', () => {
    expect(policies.busPolicy.map(({ Effect, Principal }) => [Effect, Principal])).toEqual([
      ['Deny', { AWS: '*' }],
      ['Deny', { AWS: '*' }],
    ]);
    expect(JSON.stringify(policies.busPolicy)).toContain(`${ACCOUNT}:role/laneway/vehicle-maintenance/*`);
    expect(JSON.stringify(policies.busPolicy).length).toBeLessThan(10_240);
  });

  it.each([['*'], ['arn:aws:iam::*:role/x'], ['arn:aws:sts::111122223333:assumed-role/x/y'], ['operators']])(
    'is not opened for %s',
    (publisher) => {
      expect(() => applicationOf(vehicles, { publishers: [publisher] })).toThrow(`publishers has "${publisher}"`);
    },
  );

  it('holds so many publishers, and says how to have more', () => {
    const publishers = Array.from({ length: 200 }, (_, index) => `${ACCOUNT}:role/a-long-name-of-a-role-${index}`);
    expect(() => applicationOf(vehicles, { publishers })).toThrow(/characters in 200 ARNs/);
  });
});

describe('the policy for publishers of an ingress', () => {
  const fleet = policies.identity('Outside/Fleet/Resource');
  const put = (sources: readonly string[], types: readonly string[]) =>
    decide(fleet.statements, fleet.principal, sources, types);

  it('allows what the ingress takes, and nothing else', async () => {
    const pattern: Readonly<Record<string, unknown>> = Object.values(vehicles.model.ingress)[0]?.pattern ?? {};
    const [source = ''] = pattern['source'] as string[];
    const [type = ''] = (pattern['detail-type'] ?? ['Any']) as string[];
    expect(source).not.toBe('');
    expect(await put([source], [type])).toBe('allow');
    expect(await put(['com.stranger'], [type])).toBe('implicit-deny');
    expect(await put([source, 'com.stranger'], [type])).toBe('implicit-deny');
    expect(await put([], [type])).not.toBe('allow');
    expect(await put([forged], [type])).not.toBe('allow');
    expect(await put([source, forged], [type])).not.toBe('allow');
  });

  it.each<[matcher: unknown, fits: string[], others: string[]]>([
    ['com.acme', ['com.acme'], ['com.acme.x', 'com-acme']],
    ['a*b?${c}', ['a*b?${c}'], ['axb?${c}', 'a*bx${c}']],
    [{ prefix: 'com.acme.' }, ['com.acme.fleet'], ['org.acme.fleet', 'laneway.com.acme.']],
    [{ suffix: '.fleet' }, ['com.fleet'], ['com.fleet.x', 'laneway.shop.agent.fleet', 'laneway.fleet']],
    [{ wildcard: 'com.*.fl\\*et' }, ['com.acme.fl*et'], ['com.acme.fleet']],
    [{ 'equals-ignore-case': 'com.acme' }, ['COM.acme'], ['laneway.shop.agent.clerk']],
    [{ 'anything-but': ['com.stranger'] }, ['com.acme'], ['laneway.shop.agent.clerk']],
  ])('follows the matcher %j', async (matcher, fits, others) => {
    const stack = new Stack();
    const made = new EventBus(stack, 'Bus');
    const ingress = { name: 'in', pattern: { source: [matcher] }, as: 'Any' };
    new IngressPolicy(stack, 'Ingress', { application: 'shop', ingress, bus: made as never });
    const [policy] = new ResolvedPolicies(stack).managedPolicies;
    const decided = async (source: string) => {
      const keys = await typedKeys({ 'events:source': [source], 'events:detail-type': ['Any'] });
      const resource = String(policy?.statements[0]?.Resource);
      return evaluatePolicies({ identity: policy?.statements ?? [] }, { action: 'events:PutEvents', resource, keys });
    };
    for (const source of fits) expect([source, await decided(source)]).toEqual([source, 'allow']);
    for (const source of others) expect([source, await decided(source)]).toEqual([source, 'implicit-deny']);
  });

  it('is refused for an ingress that is not there', () => {
    expect(() => application.ingress('flet')).toThrow("there is no ingress 'flet'");
  });
});
