import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
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
const ON_ALL = [/^xray:(Put|GetSampling)/, /^logs:/, /^cloudformation:DescribeStacks$/];

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
    expect(put.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ['Allow', undefined],
      [
        'Deny',
        {
          'ForAnyValue:StringNotEquals': { 'events:source': ['laneway.fixture-shop.agent.clerk'] },
          Null: { 'events:source': 'false' },
        },
      ],
      [
        'Deny',
        {
          StringNotEquals: {
            'events:detail-type': ['ReserveStock', 'ScanShelf', 'MessageAcknowledged', 'RequestCancelled'],
          },
          Null: { 'events:detail-type': 'false' },
        },
      ],
    ]);
  });

  it('give the pending table and timers to whoever makes requests, and to no other agent', () => {
    const touches = (match: RegExp, what: string) => JSON.stringify(statements(match)).includes(what);
    expect(touches(/Agentclerk/, 'Pending')).toBe(true);
    expect(touches(/Agentscanner/, 'Pending')).toBe(false);
    expect(touches(/Clientwebshop/, 'Pending')).toBe(true);
    expect(touches(/LedgerStream/, 'Pending')).toBe(false);
    // Who answers requests and makes none moves their deadlines, and neither reads nor writes anything else there.
    const own = statements(/Agentwarehouse/).filter((statement) => JSON.stringify(statement).includes('Pending'));
    expect(own.map(actionsOf)).toEqual([['dynamodb:UpdateItem']]);
    expect(JSON.stringify(own)).toContain('"dynamodb:Attributes":["pk","message","deadline"');
    expect(JSON.stringify(own)).not.toMatch(/"(waiter|outcome|climb)"/);
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
      managedPolicies: [made.client('web-shop').policy],
    });
  });
});

function variables(fn: Resource | undefined): Record<string, unknown> {
  return (fn?.properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
}
