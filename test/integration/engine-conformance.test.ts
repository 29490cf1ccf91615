import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListArchivesCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetBucketTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { bridgeAfterDeploy } from '../../infra/engines/bridge/bridge.js';
import { leftOutCondition } from '../../infra/engines/engine-gaps.js';
import { ministackGaps } from '../../infra/engines/ministack-gaps.js';
import { describeOn, sharedEngine, type SharedEngine } from '../kit/stands/engine.js';

// One probe for each line of infra/engines/ministack-gaps.ts. A probe that fails says that the engine has learned what
// it lacked: take the line out of the gaps, then the probe.

const describeOnMinistack = await describeOn(['ministack']);

describeOnMinistack('gaps of MiniStack', () => {
  let engine: SharedEngine;
  let cloudFormation: CloudFormationClient;
  const stacks: string[] = [];

  beforeAll(async () => {
    engine = await sharedEngine();
    cloudFormation = new CloudFormationClient(engine.client);
    // The engine loads each service at its first call; CloudFormation takes seconds where nothing is compiled yet.
    await cloudFormation.send(new DescribeStacksCommand({}));
  });

  afterAll(async () => {
    for (const StackName of stacks) await cloudFormation.send(new DeleteStackCommand({ StackName }));
    cloudFormation.destroy();
    await engine.stop();
  });

  /** Deploys the resources as a stack of their own; resolves with its status and the physical ids. */
  async function deploy(resources: object, conditions?: object) {
    const StackName = `conformance-${randomUUID()}`;
    const TemplateBody = JSON.stringify({ Resources: resources, ...(conditions ? { Conditions: conditions } : {}) });
    await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }));
    stacks.push(StackName);
    for (;;) {
      const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
      const status = Stacks[0]?.StackStatus ?? 'missing';
      if (!status.endsWith('_IN_PROGRESS')) return { StackName, status, ids: await physicalIds(StackName) };
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async function physicalIds(StackName: string): Promise<ReadonlyMap<string, string>> {
    const { StackResourceSummaries = [] } = await cloudFormation.send(new ListStackResourcesCommand({ StackName }));
    return new Map(StackResourceSummaries.map((one) => [one.LogicalResourceId ?? '', one.PhysicalResourceId ?? '']));
  }

  const bridge = async (stackName: string) => {
    const lines: string[] = [];
    await bridgeAfterDeploy(engine.target, [stackName], (line) => void lines.push(line));
    return lines.join('\n');
  };

  const refusedTypes = ministackGaps.leftOut
    .filter(({ type, having }) => type.startsWith('AWS::') && having === undefined)
    .map(({ type }) => type);
  /** One type for each family that is left out whole. */
  const members: Readonly<Record<string, string>> = {
    'AWS::EventSchemas::*': 'AWS::EventSchemas::Registry',
    'AWS::ApplicationAutoScaling::*': 'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::Budgets::*': 'AWS::Budgets::Budget',
    'AWS::CE::*': 'AWS::CE::AnomalyMonitor',
    'AWS::Chatbot::*': 'AWS::Chatbot::SlackChannelConfiguration',
    'AWS::CloudTrail::*': 'AWS::CloudTrail::Trail',
    'AWS::FIS::*': 'AWS::FIS::ExperimentTemplate',
    'AWS::ResourceGroups::*': 'AWS::ResourceGroups::Group',
    'AWS::RUM::*': 'AWS::RUM::AppMonitor',
    'AWS::Synthetics::*': 'AWS::Synthetics::Canary',
    'AWS::XRay::*': 'AWS::XRay::Group',
  };

  it.each(refusedTypes)('refuses a template with %s', async (type) => {
    const probed = members[type] ?? type;
    expect(probed).not.toContain('*');
    const TemplateBody = JSON.stringify({ Resources: { X: { Type: probed } } });
    await expect(cloudFormation.send(new ValidateTemplateCommand({ TemplateBody }))).rejects.toThrow(probed);
  });

  it('accepts a refused type under a condition that is false', async () => {
    const resources = {
      Queue: { Type: 'AWS::SQS::Queue' },
      Group: { Type: 'AWS::XRay::Group', Condition: leftOutCondition },
    };
    const { StackName, status } = await deploy(resources, { [leftOutCondition]: { 'Fn::Equals': ['engine', 'aws'] } });
    expect(status).toBe('CREATE_COMPLETE');
    expect(await bridge(StackName)).toContain('left out, as the engine refuses it: AWS::XRay::Group');
  });

  it('rolls a stack back for a metric-math alarm', async () => {
    const metric = { Metric: { Namespace: 'N', MetricName: 'M' }, Period: 60, Stat: 'Sum' };
    const Metrics = [
      { Id: 'a', Expression: 'b', ReturnData: true },
      { Id: 'b', MetricStat: metric, ReturnData: false },
    ];
    const alarm = { ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1, Threshold: 1, Metrics };
    const { status } = await deploy({ Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: alarm } });
    expect(status).toBe('ROLLBACK_COMPLETE');
  });

  it('drops the tags of a bucket, for which the auto-delete handler looks', async () => {
    const Tags = [{ Key: 'aws-cdk:auto-delete-objects', Value: 'true' }];
    const { ids } = await deploy({ Bucket: { Type: 'AWS::S3::Bucket', Properties: { Tags } } });
    const s3 = new S3Client({ ...engine.client, forcePathStyle: true });
    const tags = s3.send(new GetBucketTaggingCommand({ Bucket: ids.get('Bucket') ?? '' }));
    await expect(tags).rejects.toMatchObject({ name: 'NoSuchTagSet' });
    s3.destroy();
  });

  it.each(['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'])(
    'drops the time to live of %s; the bridge sets it',
    async (Type) => {
      const Properties = {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        ...(Type.endsWith('GlobalTable') ? { Replicas: [{ Region: 'us-east-1' }] } : {}),
      };
      const { StackName, ids } = await deploy({ Table: { Type, Properties } });
      const dynamo = new DynamoDBClient(engine.client);
      const ttl = async () => {
        const answer = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: ids.get('Table') ?? '' }));
        return answer.TimeToLiveDescription;
      };
      expect(await ttl()).toMatchObject({ TimeToLiveStatus: 'DISABLED' });
      await bridge(StackName);
      await bridge(StackName);
      expect(await ttl()).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
      dynamo.destroy();
    },
  );

  it('knows no archive in a template; the bridge makes it', async () => {
    const archive = {
      Type: 'AWS::Events::Archive',
      Condition: leftOutCondition,
      Properties: { SourceArn: { 'Fn::GetAtt': ['Bus', 'Arn'] }, EventPattern: { source: ['s'] }, RetentionDays: 7 },
    };
    const bus = { Type: 'AWS::Events::EventBus', Properties: { Name: `bus-${randomUUID()}` } };
    const condition = { [leftOutCondition]: { 'Fn::Equals': ['engine', 'aws'] } };
    const { StackName, ids } = await deploy({ Bus: bus, Archive: archive }, condition);
    const events = new EventBridgeClient(engine.client);
    const archives = async () => {
      const { Archives = [] } = await events.send(new ListArchivesCommand({}));
      return Archives.filter(({ EventSourceArn }) => EventSourceArn?.endsWith(`event-bus/${ids.get('Bus')}`));
    };
    expect(await archives()).toEqual([]);
    await bridge(StackName);
    await bridge(StackName);
    expect(await archives()).toMatchObject([{ RetentionDays: 7 }]);
    events.destroy();
  });

  it('drops reserved concurrency and the dead-letter target of a function; the bridge sets them', async () => {
    const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const role = { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } };
    const properties = {
      ...{ Runtime: 'nodejs22.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      Code: { ZipFile: 'exports.handler = async () => 1;' },
      ReservedConcurrentExecutions: 2,
      DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
    };
    const { StackName, ids } = await deploy({
      Role: { Type: 'AWS::IAM::Role', Properties: role },
      Queue: { Type: 'AWS::SQS::Queue' },
      Function: { Type: 'AWS::Lambda::Function', Properties: properties },
    });
    const lambda = new LambdaClient(engine.client);
    const FunctionName = ids.get('Function') ?? '';
    const seen = async () => {
      const concurrency = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
      const configuration = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      return [concurrency.ReservedConcurrentExecutions, configuration.DeadLetterConfig?.TargetArn];
    };
    expect(await seen()).toEqual([undefined, undefined]);
    await bridge(StackName);
    expect(await seen()).toEqual([2, expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:/)]);
    lambda.destroy();
  });

  /** Runs a machine with these states, and gives the end of the execution. */
  async function execute(StartAt: string, States: object) {
    const roleArn = 'arn:aws:iam::000000000000:role/any';
    const sfn = new SFNClient(engine.client);
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States });
    const created = await sfn.send(new CreateStateMachineCommand({ name: `gap-${randomUUID()}`, roleArn, definition }));
    try {
      const { executionArn } = await sfn.send(new StartExecutionCommand(created));
      for (;;) {
        const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (execution.status !== 'RUNNING') return execution;
        await new Promise((done) => setTimeout(done, 50));
      }
    } finally {
      await sfn.send(new DeleteStateMachineCommand(created));
      sfn.destroy();
    }
  }

  it('begins elements of a map behind one that failed', async () => {
    const sqs = new SQSClient(engine.client);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `gap-${randomUUID()}` }));
    const send = { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true };
    const { status } = await execute('each', {
      each: {
        Type: 'Map',
        Items: [1, 2],
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'which',
          States: {
            which: {
              Type: 'Choice',
              Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'fail' }],
              Default: 'send',
            },
            fail: { Type: 'Fail', Error: 'First' },
            send: { ...send, Arguments: { QueueUrl, MessageBody: 'the second was begun' } },
          },
        },
        End: true,
      },
    });
    expect(status).toBe('FAILED');
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages.map(({ Body }) => Body)).toEqual(['the second was begun']);
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    sqs.destroy();
  });

  it('waits for a token although the function that was to take it failed', async () => {
    const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const properties = {
      ...{ Runtime: 'nodejs22.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      Code: { ZipFile: 'exports.handler = async () => { throw new TypeError("broken"); };' },
    };
    const { ids } = await deploy({
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } },
      },
      Function: { Type: 'AWS::Lambda::Function', Properties: properties },
    });
    const { status, error } = await execute('call', {
      call: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: ids.get('Function'), Payload: { token: '{% $states.context.Task.Token %}' } },
        TimeoutSeconds: 3,
        End: true,
      },
    });
    // Elsewhere: TypeError, at once.
    expect([status, error]).toEqual(['FAILED', 'States.Timeout']);
  });
});
