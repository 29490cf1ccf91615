import { BatchWriteItemCommand, DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { outputOf } from '../../shared/client/deployment.js';
import { outputKey } from '../../shared/topology/deployed/output-key.js';
import { lanesOfAgent } from '../../shared/topology/lanes-of.js';
import { parcels } from '../kit/applications/parcel-topology.js';
import { deployed, type Deployed } from '../kit/stands/deployed.js';
import { callOutcome, DENIED } from '../kit/attacks/call-outcome.js';
import { describeWith } from '../kit/stands/engine.js';
import { RoleCredentialsSource } from '../kit/stands/role-credentials.js';

const describeEnforced = await describeWith(['iam']);

// The attacks of docs/security.md that permissions on resources decide, with the credentials of agents as they are deployed.
// Conditions on keys and on published events are decided on the synthesized policies: this engine knows none of them.
describeEnforced('an agent that is taken', () => {
  let app: Deployed;
  const roles = new RoleCredentialsSource();
  const channels = Object.keys(parcels.model.channels).filter((channel) => channel.startsWith('parcel.'));
  const agents = Object.values(parcels.model.agents).filter(({ runs }) => runs === 'lambda');
  const output = (...parts: string[]) => outputOf(app.deployment, outputKey(...parts));
  const keyOf = (writer: string, channel: string) => `${writer}/channel=${channel}/attack/payload.json`;
  const root = new S3Client({ forcePathStyle: true });

  beforeAll(async () => {
    app = await deployed('parcels', {
      app: 'node --conditions=laneway-source --import tsx test/kit/applications/parcels/app.ts',
    });
    for (const channel of channels)
      await root.send(
        new PutObjectCommand({ Bucket: output('PayloadBucket'), Key: keyOf('client.gate', channel), Body: '{}' }),
      );
  });
  afterAll(async () => {
    root.destroy();
    await roles.remove();
  });

  test.each(agents.map(({ id }) => [id] as const))('%s is refused what belongs to others', async (id) => {
    const config = { credentials: await roles.ofFunction(`Laneway agent ${id} of parcels`) };
    const sqs = new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
    const dynamo = new DynamoDBClient(config);
    const s3 = new S3Client({ ...config, forcePathStyle: true });
    const Bucket = output('PayloadBucket');
    const send = (QueueUrl: string) => callOutcome(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' })));
    const read = (Key: string) => callOutcome(s3.send(new GetObjectCommand({ Bucket, Key })));
    const write = (Key: string) => callOutcome(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'forged' })));
    const others = agents.filter((one) => one.id !== id);
    const heard = parcels.model.agents[id]?.subscribes ?? [];
    const erasing = (TableName: string, sortKey: object) => {
      const Key = { pk: { S: `agent.${id}#x` }, ...sortKey };
      const RequestItems = { [TableName]: [{ DeleteRequest: { Key } }] };
      return Promise.all([
        callOutcome(dynamo.send(new DeleteItemCommand({ TableName, Key }))),
        callOutcome(dynamo.send(new BatchWriteItemCommand({ RequestItems }))),
      ]);
    };
    const refused: Readonly<Record<string, readonly unknown[]>> = {
      'forge-dead-letter': await Promise.all(others.map((one) => send(output('DeadLetters', one.id)))),
      'write-into-lane': await Promise.all(
        others.flatMap((one) =>
          lanesOfAgent(parcels.model, one.id).bus.map((lane) => send(output('Lane', one.id, lane))),
        ),
      ),
      'erase-rows': [
        ...(await erasing(output('LedgerTable'), { sk: { S: 'x' } })),
        ...(await erasing(output('PendingTable'), {})),
      ],
      'list-payloads': [await callOutcome(s3.send(new ListObjectsV2Command({ Bucket })))],
      'erase-payloads': [
        await callOutcome(s3.send(new DeleteObjectCommand({ Bucket, Key: keyOf(`agent.${id}`, 'parcel.weights') }))),
      ],
      'overwrite-payload': [
        await write(keyOf('client.gate', 'parcel.arrivals')),
        await write(keyOf('platform', 'parcel.weights')),
        ...(await Promise.all(others.map((one) => write(keyOf(`agent.${one.id}`, 'parcel.weights'))))),
      ],
      'read-unheard-payload': await Promise.all(
        channels.filter((channel) => !heard.includes(channel)).map((channel) => read(keyOf('client.gate', channel))),
      ),
      'read-archive': [
        await callOutcome(s3.send(new ListObjectsV2Command({ Bucket: output('ArchiveBucket') }))),
        await callOutcome(s3.send(new DeleteObjectCommand({ Bucket: output('ArchiveBucket'), Key: 'ledger/any' }))),
      ],
    };
    for (const [attack, outcomes] of Object.entries(refused)) {
      expect([attack, outcomes.length > 0]).toEqual([attack, true]);
      expect([attack, outcomes]).toEqual([attack, outcomes.map(() => DENIED)]);
    }
    // The same calls on what is its own are allowed, so that it is permissions which refuse.
    const own = heard.filter((channel) => channels.includes(channel)).map((channel) => keyOf('client.gate', channel));
    expect(await Promise.all(own.map((key) => read(key)))).toEqual(own.map(() => 'allowed'));
    expect(await send(output('DeadLetters', id))).toBe('allowed');
    for (const client of [sqs, dynamo, s3]) client.destroy();
  });
});
