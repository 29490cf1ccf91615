import { CloudFormationClient, CreateStackCommand, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { DescribeContinuousBackupsCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { ListEmailIdentitiesCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { eventually } from '../kit/stands/deployed.js';
import { describeOn, sharedEngine, type SharedEngine } from '../kit/stands/engine.js';
import { RoleCredentialsSource } from '../kit/stands/role-credentials.js';

// Probes of what infra/engines/localstack-gaps.ts says that LocalStack lacks, where one takes no minutes. A probe that
// fails says that it has learned it: take the line out of the gaps, then the probe.

const describeOnLocalStack = await describeOn(['localstack']);

describeOnLocalStack('LocalStack lacks', () => {
  let engine: SharedEngine;
  beforeAll(async () => void (engine = await sharedEngine()), 60_000);
  afterAll(() => engine.stop());

  it('ses-v2', async () => {
    const ses = new SESv2Client({ ...engine.client, maxAttempts: 1 });
    await expect(ses.send(new ListEmailIdentitiesCommand({}))).rejects.toThrow(
      /unable to find operation|not (yet )?(been )?(implemented|included|available)/i,
    );
    ses.destroy();
  });

  it('wildcards: a star does not stand for nothing', async () => {
    const events = new EventBridgeClient(engine.client);
    const event = {
      ...{ id: '1', account: '000000000000', region: 'us-east-1', time: '2026-01-01T00:00:00Z', resources: [] },
      ...{ source: 'com.example', 'detail-type': 'Anything', detail: { kind: 'or' } },
    };
    const EventPattern = JSON.stringify({ detail: { kind: [{ wildcard: 'or*' }] } });
    const command = new TestEventPatternCommand({ EventPattern, Event: JSON.stringify(event) });
    expect((await events.send(command)).Result).toBe(false);
    events.destroy();
  });

  it('iam: a role without grants may do anything', async () => {
    const roles = new RoleCredentialsSource();
    const sqs = new SQSClient({ ...engine.client, credentials: await roles.ofStatements([]) });
    await expect(sqs.send(new ListQueuesCommand({}))).resolves.toBeDefined();
    sqs.destroy();
    await roles.remove();
  });

  it('point-in-time: a template that asks for it gets a table without', async () => {
    const cloudFormation = new CloudFormationClient(engine.client);
    const dynamo = new DynamoDBClient(engine.client);
    const name = `conformance-${randomUUID()}`;
    const Properties = {
      TableName: name,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    };
    const TemplateBody = JSON.stringify({ Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties } } });
    await cloudFormation.send(new CreateStackCommand({ StackName: name, TemplateBody }));
    const description = await eventually('the table', async () => {
      const answer = await dynamo
        .send(new DescribeContinuousBackupsCommand({ TableName: name }))
        .catch(() => undefined);
      return answer?.ContinuousBackupsDescription;
    });
    expect(description.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('DISABLED');
    await cloudFormation.send(new DeleteStackCommand({ StackName: name }));
    for (const client of [cloudFormation, dynamo]) client.destroy();
  });
});
