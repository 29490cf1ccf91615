import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { connect, type Laneway, type Receipt } from 'laneway/client';
import { awsClients } from '../../shared/aws/base/clients/all-clients.js';
import { account } from '../../shared/domain/evidence/conversation.js';
import { newId } from '../../shared/domain/base/ids.js';
import { deployed, eventually, type Deployed } from '../kit/stands/deployed.js';
import { ParcelArrived, parcels, WeighParcel } from '../kit/applications/parcel-topology.js';

const witnessFile = join(mkdtempSync(join(tmpdir(), 'laneway-')), 'witness');
const witnessed = (): string[] => readFileSync(witnessFile, 'utf8').split('\n').filter(Boolean);

let app: Deployed;
let gate: Laneway<typeof ParcelArrived | typeof WeighParcel>;

beforeAll(async () => {
  writeFileSync(witnessFile, '');
  app = await deployed('parcels', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/parcels/app.ts',
    context: { 'parcels:witness': witnessFile },
  });
  gate = await connect(parcels, { as: 'gate' });
});

test("a client's request is answered by the agent that handles it", async () => {
  const reply = await gate.request(WeighParcel, { parcel: 'seven77' }, { timeout: '4 minutes' });
  expect(reply).toEqual({ parcel: 'seven77', grams: 7 });
});

test('a request to another capable agent, by name', async () => {
  const reply = await gate.request(WeighParcel, { parcel: 'p' }, { timeout: '4 minutes', to: 'old-scales' });
  expect(reply.grams).toBe(1_000);
});

test('a request that nobody answers times out, and the ledger and its subscribers hear of it', async () => {
  const correlationId = newId();
  const request = gate.request(WeighParcel, { parcel: 'slow-1' }, { timeout: '7 seconds', correlationId });
  await expect(request).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' });
  const entries = await app.until(correlationId, (found) => found.some((entry) => entry.kind === 'request'));
  expect(entries).toContainEqual(
    expect.objectContaining({ kind: 'request', request: expect.objectContaining({ state: 'timed-out' }) as unknown }),
  );
});

test('one message goes through bus, lanes, request, reply and a direct channel, and the ledger accounts for every delivery', async () => {
  const { correlationId } = await gate.publish(ParcelArrived, { parcel: 'whole-way' });
  const entries = await app.until(
    correlationId,
    (found, books) =>
      books.atRest && found.some((entry) => entry.kind === 'delivery' && entry.delivery.receiver === 'stamper'),
  );
  const books = account(entries);
  expect(books).toMatchObject({ inFlight: [], expired: 0, deadLettered: 0 });
  expect(books.completed).toBe(books.expected);
  const received = entries.flatMap((entry) =>
    entry.kind === 'delivery' ? [`${entry.delivery.facts.type} -> ${entry.delivery.receiver}`] : [],
  );
  expect(received.sort()).toEqual(
    [
      'ParcelArrived -> auditor',
      'ParcelArrived -> desk',
      'ParcelWeighed -> auditor',
      'ParcelWeighed -> desk',
      'StampParcel -> stamper',
      'WeighParcel -> scales',
    ].sort(),
  );
  expect(witnessed().filter((line) => line === 'stamper whole-way')).toHaveLength(1);
});

test('priorities have lanes of their own', async () => {
  const { correlationId } = await gate.publish(
    ParcelArrived,
    { parcel: 'hurry', note: 'do not weigh' },
    { priority: 'critical' },
  );
  const entries = await app.until(correlationId, (_found, books) => books.atRest && books.expected >= 2);
  for (const entry of entries) if (entry.kind === 'delivery') expect(entry.delivery.facts.priority).toBe('critical');
});

test('a handler that always fails gets exactly its tries, then a dead letter; fifty neighbours are each handled once', async () => {
  const good = Array.from({ length: 50 }, (_, index) => `good-${index}`);
  const receipts: Receipt[] = [];
  // Ten at a time: an engine on a busy machine takes longer for fifty than a client waits.
  for (let at = 0; at <= good.length; at += 10) {
    const some = ['bad-1', ...good].slice(at, at + 10);
    const published = some.map((parcel) => gate.publish(ParcelArrived, { parcel, note: 'do not weigh' }));
    receipts.push(...(await Promise.all(published)));
  }
  const [bad, ...others] = receipts;
  for (const { correlationId } of others) {
    await app.until(correlationId, (_found, books) => books.atRest && books.expected >= 2);
  }
  const entries = await app.until(bad?.correlationId ?? '', (found) =>
    found.some((entry) => entry.kind === 'dead-letter'),
  );
  const letter = entries.find((entry) => entry.kind === 'dead-letter');
  expect(letter?.deadLetter).toMatchObject({
    receiver: 'desk',
    reason: 'exhausted',
    tries: 3,
    error: { code: 'HANDLER', message: 'parcel bad-1 leaks' },
  });
  const lines = witnessed();
  expect(lines.filter((line) => line.startsWith('desk bad-1'))).toEqual([
    'desk bad-1 try 1',
    'desk bad-1 try 2',
    'desk bad-1 try 3',
  ]);
  for (const parcel of good)
    expect(lines.filter((line) => line.startsWith(`desk ${parcel} `))).toEqual([`desk ${parcel} try 1`]);
  // The error report reaches whoever listens to system.errors.
  await app.until(bad?.correlationId ?? '', (found) =>
    found.some(
      (entry) =>
        entry.kind === 'delivery' &&
        entry.delivery.facts.type === 'ErrorReported' &&
        entry.delivery.state === 'completed',
    ),
  );
});

test("another system's event starts a conversation through the ingress; one that does not fit becomes a dead letter", async () => {
  const parcel = `post-${newId()}`;
  const put = (detail: unknown) =>
    awsClients().eventBridge.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: app.deployment['Bus'],
            Source: 'com.example.post',
            DetailType: 'Delivered',
            Detail: JSON.stringify(detail),
          },
        ],
      }),
    );
  await put({ parcel, note: 'do not weigh' });
  await eventually('the witness of the ingress', async () =>
    witnessed().find((line) => line.startsWith(`desk ${parcel}`)),
  );
  await put({ weight: 'none' });
  const letters = await eventually('the dead letter of the ingress', async () => {
    const found = (await deadLettersOf('ingress')).filter((letter) => letter.includes('ParcelArrived'));
    return found.length > 0 ? found : undefined;
  });
  expect(letters.join()).toMatch(/parcel/);
});

test('what nobody routes and what nobody can read becomes a dead letter with its reason', async () => {
  const mark = newId();
  const time = new Date().toISOString();
  const envelope = {
    specversion: '1.0',
    id: mark,
    source: 'laneway.parcels.client.gate',
    type: 'ParcelArrived',
    time,
    datacontenttype: 'application/json',
    dataschema: 'urn:laneway:ParcelArrived:1',
    data: { parcel: mark },
    correlationid: mark,
    priority: 'normal',
    channel: 'no.such',
    expires: new Date(Date.now() + 600_000).toISOString(),
    attempt: 1,
    hops: 0,
  };
  const entry = { EventBusName: app.deployment['Bus'], Source: envelope.source, DetailType: envelope.type };
  await awsClients().eventBridge.send(
    new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(envelope) }] }),
  );
  await awsClients().sqs.send(
    new SendMessageCommand({ QueueUrl: app.deployment['LaneDeskNormal'], MessageBody: `hello ${mark}` }),
  );
  await eventually('the unroutable dead letter', async () =>
    (await deadLettersOf('unroutable')).find((letter) => letter.includes(mark)),
  );
  await eventually('the unreadable dead letter', async () =>
    (await deadLettersOf('unparseable')).find((letter) => letter.includes(mark.slice(0, 8))),
  );
});

/** Dead letters with a reason, as text, by a scan: they lie in partitions of their own. */
async function deadLettersOf(reason: string): Promise<string[]> {
  const { Items = [] } = await awsClients().documents.send(
    new ScanCommand({ TableName: app.deployment['LedgerTable'] }),
  );
  return Items.map((item) => JSON.stringify(item)).filter((text) => text.includes(`"reason":"${reason}"`));
}
