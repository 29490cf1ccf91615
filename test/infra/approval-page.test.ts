import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { applicationOf, resourcesOf, unbundledApp, type Resource } from '../kit/stands/synthesized-application.js';
import { purchases } from '../kit/applications/purchase-topology.js';
import { first } from '../kit/applications/purchases/workflows.js';

const withLinks = (approvalLinks: boolean | { reservedConcurrency: number }, context = {}) =>
  resourcesOf(applicationOf(purchases, { workflows: [first], approvalLinks }, unbundledApp(context)));

const resources = withLinks(true);
const of = (type: string, among: readonly Resource[] = resources) => among.filter((one) => one.type === type);
const isPage = ({ id }: Resource) => id.startsWith('ApprovalsPage');

/** Actions and resources that the policies of one role allow. */
function allowed(role: RegExp): Map<string, string> {
  const policies = of('AWS::IAM::Policy').filter(({ id }) => role.test(id));
  const statements = policies.flatMap(
    ({ properties }) =>
      (
        properties['PolicyDocument'] as {
          Statement: { Effect: string; Action: string | string[]; Resource: unknown }[];
        }
      ).Statement,
  );
  const allows = statements.filter(({ Effect }) => Effect === 'Allow');
  return new Map(
    allows.flatMap(({ Action, Resource: on }) => [Action].flat().map((action) => [action, JSON.stringify(on)])),
  );
}

describe('the page behind links of approvals', () => {
  it('is there only for an application that asks for it', () => {
    const without = withLinks(false);
    expect(of('AWS::Lambda::Url', without)).toEqual([]);
    expect(of('AWS::Lambda::Function', without).filter(isPage)).toEqual([]);
    expect(JSON.stringify(without)).not.toContain('HMAC_256');
    expect(() => applicationOf(purchases, { approvalLinks: true })).toThrow(/no workflow that asks anybody/);
  });

  it('has a public address that leads to it alone, and an alarm', () => {
    const [url, ...more] = of('AWS::Lambda::Url');
    expect(more).toEqual([]);
    expect(url?.properties).toMatchObject({ AuthType: 'NONE' });
    const [page] = of('AWS::Lambda::Function').filter(isPage);
    expect(JSON.stringify(url?.properties['TargetFunctionArn'])).toContain(page?.id);
    const open = of('AWS::Lambda::Permission').filter(({ properties }) => properties['Principal'] === '*');
    expect(open.map(({ properties }) => [properties['Action'], properties['FunctionUrlAuthType']]).sort()).toEqual([
      ['lambda:InvokeFunction', undefined],
      ['lambda:InvokeFunctionUrl', 'NONE'],
    ]);
    for (const { properties } of open) expect(JSON.stringify(properties['FunctionName'])).toContain(page?.id);
    expect(JSON.stringify(of('AWS::CloudWatch::Alarm'))).toContain('platform-approval-page');
    expect(of('AWS::Lambda::Function', withLinks({ reservedConcurrency: 2 })).find(isPage)?.properties).toMatchObject({
      ReservedConcurrentExecutions: 2,
    });
  });

  it('may read approvals without their task tokens, note a decision and tell it, and check signatures', () => {
    const own = allowed(/^ApprovalsPageRole/);
    expect([...own.keys()].filter((action) => !/^(logs|xray):/.test(action)).sort()).toEqual([
      ...['dynamodb:GetItem', 'dynamodb:PutItem', 'events:PutEvents', 'kms:VerifyMac'],
    ]);
    expect(own.get('dynamodb:GetItem')).toContain('Pending');
    expect(own.get('dynamodb:PutItem')).toContain('Ledger');
    expect(own.get('dynamodb:PutItem')).not.toContain('Pending');
    const policies = JSON.stringify(of('AWS::IAM::Policy').filter(({ id }) => /^ApprovalsPageRole/.test(id)));
    expect(policies).toContain('"dynamodb:Select":"SPECIFIC_ATTRIBUTES"');
    expect(policies).not.toMatch(/waiter/);
    expect(policies).toContain('"events:source":["laneway.purchases.platform.approval-page"]');
    expect(policies).toContain('"events:detail-type":["ApprovalDecided"]');
  });

  it('passes AwsSolutions', () => {
    const app = unbundledApp();
    applicationOf(
      purchases,
      { workflows: [first], approvalLinks: true, agents: 'test/kit/applications/purchases' },
      app,
    );
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  it('shares its key with who asks people: they sign, and nobody else does either', () => {
    const [key, ...more] = of('AWS::KMS::Key').filter(({ properties }) => properties['KeySpec'] === 'HMAC_256');
    expect(more).toEqual([]);
    expect(key?.properties).toMatchObject({ KeyUsage: 'GENERATE_VERIFY_MAC' });
    const may = (action: string) =>
      of('AWS::IAM::Policy')
        .filter(({ properties }) => JSON.stringify(properties['PolicyDocument']).includes(action))
        .map(({ id }) => id.replace(/Role.*/, ''));
    expect(may('kms:GenerateMac').sort()).toEqual(['Deadlines', 'Dispatcher']);
    expect(may('kms:VerifyMac')).toEqual(['ApprovalsPage']);
    for (const name of ['Deadlines', 'Dispatcher']) {
      const fn = of('AWS::Lambda::Function').find(({ id }) => new RegExp(`^${name}[0-9A-F]{8}$`).test(id));
      expect(JSON.stringify(fn?.properties['Environment'])).toMatch(/LANEWAY_APPROVAL_PAGE.*FunctionUrl/);
    }
  });
});
