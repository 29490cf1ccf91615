import { GetItemCommand, ScanCommand, DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { connect } from 'laneway/client';
import { runCli } from '../../cli/run-cli.js';
import { ministackActions, ministackUnknownKeys } from '../../infra/engines/ministack-gaps.js';
import { awsClients } from '../../shared/aws/base/clients/all-clients.js';
import { outputOf } from '../../shared/client/deployment.js';
import { schemaUri, sourceOf } from '../../shared/domain/wire/envelope.js';
import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { newId } from '../../shared/domain/base/ids.js';
import { parcels, WeighParcel } from '../kit/applications/parcel-topology.js';
import { deployed, type Deployed } from '../kit/stands/deployed.js';
import { EngineResources } from '../kit/stands/engine-resources.js';
import { callOutcome, DENIED } from '../kit/attacks/call-outcome.js';
import { describeOn, describeWith } from '../kit/stands/engine.js';
import { RoleCredentialsSource, type RoleCredentials } from '../kit/stands/role-credentials.js';

// Each function runs under its own role: what the topology says of its agent works (the other files of this folder show
// it on the same engine), and what it does not say is refused. Each refusal stands beside a call that is allowed.

const describeEnforced = await describeWith(['iam']);
const describeOnEnforcingMinistack = await describeOn(['ministack-iam']);

let app: Deployed;
beforeAll(async () => {
  app = await deployed('parcels', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/parcels/app.ts',
  });
});

// On AWS the sender's role is refused such an event (test/infra/publish-conditions.test.ts); whoever has other rights,
// or an engine that does not know the conditions, is met by the receiver.
describe('an event under a foreign name becomes a dead letter of its receiver', () => {
  const stamper = sourceOf('parcels', 'agent', 'stamper');
  const gate = sourceOf('parcels', 'client', 'gate');
  test.each([
    ['whose envelope names another source than the bus', stamper, gate, 'SENDER_MISMATCH'],
    ['of a type that its source does not declare', stamper, stamper, 'NOT_DECLARED'],
    [
      'of another application',
      sourceOf('letters', 'client', 'gate'),
      sourceOf('letters', 'client', 'gate'),
      'NOT_DECLARED',
    ],
  ])('%s', async (_, onBus, inEnvelope, code) => {
    const id = newId();
    const envelope = {
      ...{ specversion: '1.0', id, source: inEnvelope, type: 'ParcelArrived', time: new Date().toISOString() },
      ...{ datacontenttype: 'application/json', dataschema: schemaUri('ParcelArrived', 1), correlationid: id },
      ...{ data: { parcel: id }, priority: 'normal', channel: 'parcel.arrivals', attempt: 1, hops: 0 },
      expires: new Date(Date.now() + 600_000).toISOString(),
    };
    const entry = { EventBusName: outputOf(app.deployment, 'Bus'), Source: onBus, DetailType: 'ParcelArrived' };
    await awsClients().eventBridge.send(
      new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(envelope) }] }),
    );
    const deadLettersOf = (found: readonly LedgerEntry[]) => found.filter((one) => one.kind === 'dead-letter');
    const letters = deadLettersOf(await app.until(id, (found) => deadLettersOf(found).length === 2));
    expect(letters.map(({ deadLetter }) => [deadLetter.receiver, deadLetter.reason, deadLetter.error.code])).toEqual(
      expect.arrayContaining([
        ['desk', 'not-allowed', code],
        ['auditor', 'not-allowed', code],
      ]),
    );
  });
});

describeEnforced('the role of an agent', () => {
  let roles: RoleCredentialsSource;
  let others: EngineResources;
  const credentials = new Map<string, RoleCredentials>();

  beforeAll(async () => {
    roles = new RoleCredentialsSource();
    others = new EngineResources();
    for (const agent of ['desk', 'auditor', 'stamper'])
      credentials.set(agent, await roles.ofFunction(`Laneway agent ${agent} of parcels`));
  });
  afterAll(async () => {
    await others.destroy();
    await roles.remove();
  });

  const as = (agent: string) => {
    const config = { credentials: credentials.get(agent) ?? { accessKeyId: 'none', secretAccessKey: 'none' } };
    const [sqs, dynamo] = [new SQSClient({ ...config, useQueueUrlAsEndpoint: false }), new DynamoDBClient(config)];
    const read = (TableName: string) =>
      dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: `agent.${agent}#x` }, sk: { S: 'x' } } }));
    return {
      receive: (QueueUrl: string) =>
        callOutcome(sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }))),
      send: (QueueUrl: string) =>
        callOutcome(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'from elsewhere' }))),
      read: (TableName: string) => callOutcome(read(TableName)),
      readPending: (TableName: string) =>
        callOutcome(dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: `agent.${agent}:x` } } }))),
      scan: (TableName: string) => callOutcome(dynamo.send(new ScanCommand({ TableName }))),
      erase: (TableName: string) =>
        callOutcome(dynamo.send(new DeleteItemCommand({ TableName, Key: { pk: { S: 'x' }, sk: { S: 'x' } } }))),
      publish: (EventBusName: string) =>
        callOutcome(
          new EventBridgeClient(config).send(
            new PutEventsCommand({
              Entries: [{ EventBusName, Source: sourceOf('parcels', 'agent', agent), DetailType: 'X', Detail: '{}' }],
            }),
          ),
        ),
    };
  };
  const output = (key: string) => outputOf(app.deployment, key);

  it("receives from its own lanes, and from no other agent's", async () => {
    expect(await as('desk').receive(output('LaneDeskNormal'))).toBe('allowed');
    expect(await as('desk').receive(output('LaneScalesNormal'))).toEqual(DENIED);
    expect(await as('desk').receive(output('LaneAuditorNormal'))).toEqual(DENIED);
  });

  it('sends into a lane only where it may publish on a direct channel that leads there', async () => {
    expect(await as('auditor').send(output('LaneStamperDirectLow'))).toEqual(DENIED);
    expect(await as('desk').send(output('LaneScalesNormal'))).toEqual(DENIED);
    expect(await as('desk').send(output('LaneStamperDirectLow'))).toBe('allowed');
  });

  it('touches the pending requests only when it makes requests', async () => {
    expect(await as('desk').readPending(output('PendingTable'))).toBe('allowed');
    expect(await as('auditor').readPending(output('PendingTable'))).toEqual(DENIED);
    expect(await as('stamper').readPending(output('PendingTable'))).toEqual(DENIED);
  });

  it('reads its own items of the ledger, and neither scans nor deletes', async () => {
    expect(await as('stamper').read(output('LedgerTable'))).toBe('allowed');
    expect(await as('stamper').scan(output('LedgerTable'))).toEqual(DENIED);
    expect(await as('stamper').erase(output('LedgerTable'))).toEqual(DENIED);
  });

  it("touches nothing of another application's", async () => {
    const queue = await others.queue('another');
    expect(await as('desk').read(await others.ledgerTable())).toEqual(DENIED);
    expect(await as('desk').receive(queue)).toEqual(DENIED);
    expect(await as('desk').publish(await others.bus(queue))).toEqual(DENIED);
  });

  it('publishes only when the topology says that it publishes anything', async () => {
    expect(await as('desk').publish(output('Bus'))).toBe('allowed');
    expect(await as('stamper').publish(output('Bus'))).toEqual(DENIED);
  });

  it('may do nothing by itself: a role without grants is refused everything', async () => {
    credentials.set('nobody', await roles.ofStatements([]));
    expect(await as('nobody').receive(output('LaneDeskNormal'))).toEqual(DENIED);
    expect(await as('nobody').read(output('LedgerTable'))).toEqual(DENIED);
    expect(await as('nobody').publish(output('Bus'))).toEqual(DENIED);
  });
});

/** A command of `laneway` on the application; its data, and whether all of it was done. */
async function laneway(...args: string[]): Promise<{ readonly code: number; readonly data: unknown }> {
  let out = '';
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array): boolean => {
    out += String(text);
    return true;
  };
  try {
    const topology = ['--topology', 'test/kit/applications/parcel-topology.ts'];
    const code = await runCli(['node', 'laneway', ...topology, '--json', '--quiet', ...args]);
    return { code, data: out === '' ? undefined : (JSON.parse(out) as unknown) };
  } finally {
    process.stdout.write = write;
  }
}

const stateAt = (entries: readonly LedgerEntry[], agent: string) =>
  entries.flatMap((entry) =>
    entry.kind === 'delivery' && entry.delivery.receiver === agent
      ? [`${entry.delivery.state} after ${entry.delivery.tries}`]
      : [],
  );

describe('an agent in quarantine', () => {
  const acting = ['--why', 'it sent what nobody asked for', '--by', 'ana'];
  const by = expect.stringContaining('(said to be ana)') as string;
  afterAll(async () => void (await laneway('quarantine', 'release', 'scales', ...acting)), 60_000);

  it('takes nothing while others go on, a request that waits for it moves on, and after the release it handles what waited', async () => {
    const gate = await connect(parcels, { as: 'gate' });
    const begun = await laneway('quarantine', 'scales', ...acting);
    expect(begun).toMatchObject({ code: 0, data: { kind: 'agent', name: 'scales', by } });
    const correlationId = newId();
    const asked = gate.request(WeighParcel, { parcel: 'held' }, { to: 'scales', timeout: '4 minutes', correlationId });
    const ended = asked.then(
      () => 'answered',
      (error: unknown) => String(error),
    );
    const other = await gate.request(WeighParcel, { parcel: 'free' }, { to: 'old-scales', timeout: '3 minutes' });
    expect(other.grams).toBe(1_000);
    // Repeated it changes nothing, and has the sweeper look again.
    const again = await laneway('quarantine', 'begin', 'scales', ...acting);
    expect(again.data).toMatchObject({ since: (begun.data as { since: string }).since });
    expect(await ended).toContain('takes nothing now');
    expect(stateAt(await app.entries(correlationId), 'scales')).toEqual([]);
    expect((await laneway('quarantine', 'list')).data).toMatchObject([{ kind: 'agent', name: 'scales', by }]);
    const health = await laneway('health');
    expect(health.data).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ check: 'consumers', state: 'ok' }),
        expect.objectContaining({ check: 'quarantines', state: 'warn' }),
      ]) as unknown,
    });

    expect(await laneway('quarantine', 'release', 'scales', ...acting)).toMatchObject({ code: 0 });
    const entries = await app.until(correlationId, (found) => stateAt(found, 'scales').includes('completed after 1'));
    expect(entries.filter(({ kind }) => kind === 'dead-letter')).toEqual([]);
    const notes = await app.entries('quarantine:agent.scales');
    expect(notes.flatMap((entry) => (entry.kind === 'operator' ? [entry.operator.action] : []))).toEqual([
      'quarantine',
      'release',
    ]);
  });

  it('is found again where something lets it go on', async () => {
    await laneway('quarantine', 'scales', ...acting);
    const lambda = new LambdaClient({});
    const FunctionName = outputOf(app.deployment, 'FunctionScales');
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
    for (const { UUID } of EventSourceMappings)
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    lambda.destroy();
    const { code, data } = await laneway('health');
    expect(code).toBe(1);
    expect(data).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ check: 'quarantines', state: 'fail' })]) as unknown,
    });
    expect(await laneway('quarantine', 'scales', ...acting)).toMatchObject({ code: 0 });
    expect((await laneway('health')).code).toBe(0);
    expect(await laneway('quarantine', 'release', 'scales', ...acting)).toMatchObject({ code: 0 });
  });
});

describeEnforced('the role of an agent in quarantine', () => {
  it('is refused everything that it was allowed, with credentials that it had before, until the release', async () => {
    const roles = new RoleCredentialsSource();
    const acting = ['--why', 'it sent what nobody asked for'];
    const desk = { credentials: await roles.ofFunction('Laneway agent desk of parcels') };
    const [events, sqs] = [new EventBridgeClient(desk), new SQSClient({ ...desk, useQueueUrlAsEndpoint: false })];
    const dynamo = new DynamoDBClient(desk);
    const Entries = [
      {
        ...{ EventBusName: outputOf(app.deployment, 'Bus'), Source: sourceOf('parcels', 'agent', 'desk') },
        ...{ DetailType: 'X', Detail: '{}' },
      },
    ];
    const calls = async () => [
      await callOutcome(events.send(new PutEventsCommand({ Entries }))),
      await callOutcome(
        sqs.send(
          new ReceiveMessageCommand({ QueueUrl: outputOf(app.deployment, 'LaneDeskNormal'), VisibilityTimeout: 0 }),
        ),
      ),
      await callOutcome(
        dynamo.send(
          new GetItemCommand({
            ...{ TableName: outputOf(app.deployment, 'LedgerTable') },
            Key: { pk: { S: 'agent.desk#x' }, sk: { S: 'x' } },
          }),
        ),
      ),
    ];
    try {
      expect(await calls()).toEqual(['allowed', 'allowed', 'allowed']);
      expect(await laneway('quarantine', 'desk', ...acting)).toMatchObject({ code: 0 });
      expect(await calls()).toEqual([DENIED, DENIED, DENIED]);
      expect(await laneway('quarantine', 'release', 'desk', ...acting)).toMatchObject({ code: 0 });
      expect(await calls()).toEqual(['allowed', 'allowed', 'allowed']);
    } finally {
      await laneway('quarantine', 'release', 'desk', ...acting);
      await roles.remove();
    }
  });
});

// One probe for each line of `ministackActions`, and for each condition key that MiniStack does not know. A probe that
// fails says that the engine has learned what AWS does: take the line out of infra/engines/ministack-gaps.ts.
describeOnEnforcingMinistack('what MiniStack asks for that AWS does not', () => {
  const roles = new RoleCredentialsSource();
  const resources = new EngineResources();
  let config: { credentials: RoleCredentials };
  let queue: string;
  let bus: string;

  beforeAll(async () => {
    queue = await resources.queue('asked');
    bus = await resources.bus(queue);
    const queueArn = await resources.queueArn(queue);
    const allow = (Action: string | string[], Resource: string, Condition?: object) =>
      ({ Effect: 'Allow', Action, Resource, ...(Condition === undefined ? {} : { Condition }) }) as const;
    const busArn = `arn:aws:events:us-east-1:000000000000:event-bus/${bus}`;
    config = {
      credentials: await roles.ofStatements([
        allow(['sqs:SendMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'], queueArn),
        allow(
          ['states:SendTaskSuccess', 'states:SendTaskFailure'],
          'arn:aws:states:us-east-1:000000000000:stateMachine:any',
        ),
        allow('ses:SendEmail', 'arn:aws:ses:us-east-1:000000000000:identity/probe@example.org'),
        allow('events:PutEvents', busArn, {
          'ForAllValues:StringEquals': { 'events:source': ['laneway.probe'], 'events:detail-type': ['X'] },
        }),
        allow('dynamodb:GetItem', '*', { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['own'] } }),
        allow('sqs:PurgeQueue', queueArn, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }),
      ]),
    };
  });
  afterAll(async () => {
    await resources.destroy();
    await roles.remove();
  });

  const Entries = [{ Id: 'a', MessageBody: 'a', ReceiptHandle: 'a', VisibilityTimeout: 1 }];
  const sqs = () => new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'sqs:SendMessageBatch': () => sqs().send(new SendMessageBatchCommand({ QueueUrl: queue, Entries })),
    'sqs:DeleteMessageBatch': () => sqs().send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries })),
    'sqs:ChangeMessageVisibilityBatch': () =>
      sqs().send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue, Entries })),
    'states:SendTaskSuccess': () =>
      new SFNClient(config).send(new SendTaskSuccessCommand({ taskToken: 'x', output: '{}' })),
    'states:SendTaskFailure': () => new SFNClient(config).send(new SendTaskFailureCommand({ taskToken: 'x' })),
    'ses:SendEmail': () =>
      new SESv2Client(config).send(
        new SendEmailCommand({
          FromEmailAddress: 'probe@example.org',
          Destination: { ToAddresses: ['you@example.org'] },
          Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } },
        }),
      ),
  };

  it('has a probe for each line', () => {
    expect(ministackActions.map(({ asks }) => asks).sort()).toEqual(Object.keys(calls).sort());
  });

  it.each(ministackActions.map(({ asks }) => asks))('%s', async (asks) => {
    expect(await callOutcome(calls[asks]?.() ?? Promise.resolve())).toEqual(DENIED);
  });

  it('enforces the grants that it understands', async () => {
    const send = new SendMessageCommand({ QueueUrl: queue, MessageBody: 'm' });
    expect(await callOutcome(sqs().send(send))).toBe('allowed');
  });

  // AWS would decide each the other way. An absent key satisfies ForAllValues, and so the grant.
  const probes: Readonly<Record<(typeof ministackUnknownKeys)[number], () => Promise<void>>> = {
    'events:source': async () => expect(await callOutcome(put('laneway.other', 'X'))).toBe('allowed'),
    'events:detail-type': async () => expect(await callOutcome(put('laneway.probe', 'Other'))).toBe('allowed'),
    'dynamodb:LeadingKeys': async () => {
      const read = new GetItemCommand({
        TableName: await resources.ledgerTable(),
        Key: { pk: { S: 'x' }, sk: { S: 'x' } },
      });
      expect(await callOutcome(new DynamoDBClient(config).send(read))).toBe('allowed');
    },
    'aws:PrincipalArn': async () =>
      expect(await callOutcome(sqs().send(new PurgeQueueCommand({ QueueUrl: queue })))).toEqual(DENIED),
  };
  const put = (Source: string, DetailType: string) =>
    new EventBridgeClient(config).send(
      new PutEventsCommand({ Entries: [{ EventBusName: bus, Source, DetailType, Detail: '{}' }] }),
    );

  it.each(ministackUnknownKeys.map((key) => [key] as const))('does not know %s as a condition', async (key) => {
    await probes[key]();
  });
});
