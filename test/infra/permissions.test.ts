import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Stack } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { shop } from '../kit/applications/fixture-topology.js';
import {
  folderOfAgents,
  lambdaAgents,
  resourcesOf,
  statementsOf,
  unbundledApp,
  type Resource,
  type Statement,
} from '../kit/stands/synthesized-application.js';

const workflow = {
  name: 'order',
  startedBy: { name: 'OrderPlaced' },
  asl: {
    Comment: 'ends at once',
    QueryLanguage: 'JSONata' as const,
    TimeoutSeconds: 60,
    StartAt: 'Done',
    States: { Done: { Type: 'Fail' as const, Error: 'E', Cause: 'C' } },
  },
};

const app = unbundledApp();
const application = new LanewayApplication(app, 'Test', {
  topology: shop,
  agents: folderOfAgents(...lambdaAgents(shop)),
  workflows: [workflow],
});
const resources = resourcesOf(application);

const statements = (match: RegExp): Statement[] => statementsOf(resources, match);

function actionsOf(statement: Statement): string[] {
  return [statement.Action].flat();
}

/** Actions that AWS offers no resource for, or whose object names do not exist yet. */
const ON_ALL = [
  /^xray:(Put|GetSampling)/,
  /^logs:/,
  /^cloudformation:DescribeStacks$/,
  /^lambda:ListEventSourceMappings$/,
];

describe('permissions', () => {
  it('name no wildcard action, and no wildcard resource that could be narrowed', () => {
    const all = statements(/./);
    expect(all.length).toBeGreaterThan(50);
    for (const statement of all) {
      const actions = actionsOf(statement);
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      if ([statement.Resource].flat().includes('*'))
        expect(actions.filter((action) => !ON_ALL.some((known) => known.test(action)))).toEqual([]);
      else if (/\/index\/\*|function:\*|:queue\/\*/.test(JSON.stringify(statement.Resource)))
        throw new Error(`a wildcard in ${JSON.stringify(statement)}`);
    }
  });

  it('let an agent publish its own types under its own source, and nothing else', () => {
    const put = statements(/Agentclerk/).filter((statement) => actionsOf(statement).includes('events:PutEvents'));
    const source = ['laneway.fixture-shop.agent.clerk'];
    const types = ['ReserveStock', 'ScanShelf', 'MessageAcknowledged', 'RequestCancelled'];
    expect(put.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      [
        'Allow',
        {
          'ForAllValues:StringEquals': { 'events:source': source, 'events:detail-type': types },
          Null: { 'events:source': 'false', 'events:detail-type': 'false' },
        },
      ],
      ['Deny', { 'ForAnyValue:StringNotEquals': { 'events:source': source } }],
      ['Deny', { 'ForAnyValue:StringNotEquals': { 'events:detail-type': types } }],
      ['Deny', { Null: { 'events:source': 'true' } }],
      ['Deny', { Null: { 'events:detail-type': 'true' } }],
    ]);
  });

  it('give the pending table and timers to whoever makes requests, and to no other agent', () => {
    const touches = (match: RegExp, what: string) => JSON.stringify(statements(match)).includes(what);
    expect(touches(/Agentclerk/, 'Pending')).toBe(true);
    expect(touches(/Agentscanner/, 'Pending')).toBe(false);
    expect(touches(/Clientwebshop/, 'Pending')).toBe(true);
    expect(touches(/LedgerStream/, 'Pending')).toBe(false);
    // Who answers requests and makes none notes its progress in its own deliveries.
    expect(touches(/Agentwarehouse/, 'Pending')).toBe(false);
  });

  it('let only senders of a direct channel send into its lanes', () => {
    const sends = (match: RegExp) =>
      statements(match).filter((statement) => actionsOf(statement).includes('sqs:SendMessage'));
    expect(JSON.stringify(sends(/Agentclerk/))).toContain('Mailboxscanner');
    expect(JSON.stringify(sends(/Agentwarehouse/))).not.toContain('Mailboxscanner');
  });

  it('let only what ends waits resume workflows, and only the starter start them', () => {
    const may = (action: string) =>
      [
        'Replies',
        'Deadlines',
        'Dispatcher',
        'Starter',
        'WorkflowEvents',
        'Supervisor',
        'Sweeper',
        'Ingress',
        'DeadLetters',
      ].filter((name) =>
        statements(new RegExp(`^${name}Role`)).some((statement) => actionsOf(statement).includes(action)),
      );
    expect(may('states:SendTaskSuccess')).toEqual(['Replies', 'Deadlines', 'WorkflowEvents', 'Supervisor']);
    expect(may('states:StartExecution')).toEqual(['Starter']);
  });

  it('let the starter read its own deliveries, and look for an execution that it may have started', () => {
    const own = statements(/^StarterRole/).filter(({ Condition }) =>
      JSON.stringify(Condition ?? '').includes('platform'),
    );
    expect(own.flatMap(actionsOf)).toEqual(
      expect.arrayContaining(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']),
    );
  });

  it('let the supervisor read and stop executions of the application’s workflows, and do nothing else with them', () => {
    const own = statements(/^SupervisorRole/).filter((statement) =>
      actionsOf(statement).some((action) => action.startsWith('states:')),
    );
    const onExecutions = own.filter(({ Resource }) => JSON.stringify(Resource).includes(':execution:'));
    expect(onExecutions.map(actionsOf)).toEqual([
      [
        'states:DescribeExecution',
        'states:DescribeStateMachineForExecution',
        'states:GetExecutionHistory',
        'states:StopExecution',
      ],
    ]);
    for (const { Resource } of own) expect(JSON.stringify(Resource)).toContain('Workflow');
    const onMachines = own.filter((statement) => !onExecutions.includes(statement)).flatMap(actionsOf);
    expect(onMachines.sort()).toEqual(['states:ListExecutions', 'states:SendTaskFailure', 'states:SendTaskSuccess']);
    const others = statements(/^(?!Supervisor)/).flatMap(actionsOf);
    expect(others.filter((action) => /states:(Stop|List|GetExecutionHistory)/.test(action))).toEqual([]);
  });

  it('let a state machine invoke the dispatcher only', () => {
    const invoke = statements(/Workflow/).filter((statement) => actionsOf(statement).includes('lambda:InvokeFunction'));
    expect(invoke).toHaveLength(1);
    expect(JSON.stringify(invoke)).toContain('Dispatcher');
  });
});

describe('bindings', () => {
  it('are named in the environment and granted, also after the application is made', () => {
    const other = unbundledApp();
    const bucket = new Bucket(new Stack(other, 'Own'), 'Pictures');
    const made = new LanewayApplication(other, 'Test', {
      topology: shop,
      agents: folderOfAgents(...lambdaAgents(shop)),
      bind: { clerk: { pictures: bucket } },
    });
    made.agent('clerk').bind('greeting', 'hello');
    made.agent('clerk').bind('prices', JSON.stringify({ note: 'a "text"\n' }));
    const clerk = resourcesOf(made).find(({ type, id }) => type === 'AWS::Lambda::Function' && /Agentclerk/.test(id));
    const named = variables(clerk)['LANEWAY_BINDINGS'];
    const text = JSON.stringify(named);
    // A text may hold what JSON escapes; what stands for the resource is filled in at deployment.
    const filled = (named as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
      .map((part) => (typeof part === 'string' ? part : 'physical-name'))
      .join('');
    expect(JSON.parse(filled)).toMatchObject({ greeting: 'hello', prices: JSON.stringify({ note: 'a "text"\n' }) });
    expect(text).toContain('pictures');
    expect(text).toContain('greeting');
    expect(text).toContain('hello');
    new Role(new Stack(other, 'Portal'), 'Role', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
      managedPolicies: made.client('web-shop').policies,
    });
  });
});

describe('access that goes further than a key', () => {
  const other = unbundledApp();
  const own = new Stack(other, 'Own');
  const table = new TableV2(own, 'Prices', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
  const bucket = new Bucket(own, 'Pictures');
  const made = new LanewayApplication(other, 'Test', {
    topology: shop,
    agents: folderOfAgents(...lambdaAgents(shop)),
    bind: {
      clerk: { prices: table, pictures: bucket },
      warehouse: {
        prices: { resource: table, also: ['delete', 'scan'] },
        pictures: { resource: bucket, also: ['delete', 'scan'] },
      },
    },
  });
  const bound = resourcesOf(made);
  const actionsOn = (agent: string, stack: string) =>
    statementsOf(bound, new RegExp(`Agent${agent}`))
      .filter(({ Resource }) => JSON.stringify(Resource).includes(stack))
      .flatMap(actionsOf);

  it('is given to a binding only where it is asked for', () => {
    const further = /Delete|Scan|List|BatchWrite/;
    expect(actionsOn('clerk', 'Own:').length).toBeGreaterThan(5);
    expect(actionsOn('clerk', 'Own:').filter((action) => further.test(action))).toEqual([]);
    expect(
      actionsOn('warehouse', 'Own:')
        .filter((action) => further.test(action))
        .sort(),
    ).toEqual(['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:Scan', 's3:DeleteObject', 's3:ListBucket']);
  });

  it("is given to nobody of the application on the platform's tables and payloads", () => {
    const all = statements(/./).filter(({ Resource }) => /Ledger|Pending|Payloads/.test(JSON.stringify(Resource)));
    expect(all.length).toBeGreaterThan(20);
    const actions = new Set(all.flatMap(actionsOf));
    expect([...actions].filter((action) => /Delete|Scan|BatchWrite|s3:List/.test(action))).toEqual([]);
    expect([...actions].filter((action) => action.startsWith('s3:')).sort()).toEqual(['s3:GetObject', 's3:PutObject']);
  });

  it('of rules stands in no policy of a queue: rules are named', () => {
    const policies = resources.filter(({ type }) => type === 'AWS::SQS::QueuePolicy');
    const admitted = policies.flatMap(({ id, properties }) =>
      (properties['PolicyDocument'] as { Statement: { Condition?: Record<string, unknown> }[] }).Statement.flatMap(
        ({ Condition }) => {
          const like = (Condition?.['ArnLike'] as Record<string, unknown> | undefined)?.['aws:SourceArn'];
          return like === undefined ? [] : [[id, JSON.stringify(like)] as const];
        },
      ),
    );
    expect(admitted.length).toBeGreaterThan(6);
    // What no target could be given comes from any rule of the bus.
    const wide = admitted.filter(([, rules]) => rules.includes('*'));
    expect(wide.map(([id]) => id.replace(/Policy.*/, ''))).toEqual(['Undelivered']);
    expect(wide.map(([, rules]) => rules).join()).toContain('"/*"');
  });

  it('is no part of the policy of a key: only roles of the application sign', () => {
    const [key] = resources.filter(({ type }) => type === 'AWS::KMS::Key');
    const { Statement } = key?.properties['KeyPolicy'] as { Statement: Statement[] };
    expect(Statement.flatMap(actionsOf).filter((action) => action.includes('*'))).toEqual([]);
    const signing = Statement.filter((statement) => actionsOf(statement).includes('kms:Sign'));
    expect(signing).toHaveLength(1);
    expect(JSON.stringify(signing[0]?.Condition)).toContain(':role/laneway/fixture-shop/*');
  });
});

function variables(fn: Resource | undefined): Record<string, unknown> {
  return (fn?.properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
}
