import { deliveryId } from '../../../../../shared/domain/evidence/conversation.js';
import { UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { factAttributes } from '../../../../../shared/aws/dynamo/ledger-item.js';
import { deliveryKeyOf, factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import { DynamoLedgerReader } from '../../../../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { anEmission, anEnvelope } from '../../../../kit/generators/sample-messages.js';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const dynamo = mockClient(documents);
const AT = '2026-01-01T00:00:00.000Z';

/** A reader of an application with one client, over partitions with these items; `asked` = partitions in the order of reading. */
function over(partitions: Readonly<Record<string, readonly object[]>>) {
  const asked: string[] = [];
  dynamo.reset();
  dynamo.on(QueryCommand).callsFake(({ ExpressionAttributeValues: values }: QueryCommandInput) => {
    const pk = String(values?.[':partition']);
    asked.push(pk);
    return { Items: (partitions[pk] ?? []).map((item) => ({ pk, ...item })) };
  });
  const reader = new DynamoLedgerReader(
    documents,
    'ledger',
    new MemoryPayloads(),
    ['platform', 'client.web'],
    new UnreadableRows(),
  );
  return { asked, reader };
}

const envelope = anEnvelope({ id: 'm1', correlationid: 'c', source: 'laneway.sample.client.web' });
const intent = (expected: readonly string[]) => ({
  sk: 'm#m1',
  envelope: JSON.stringify(envelope),
  expected: JSON.stringify(expected),
});
const delivery = (receiver: string, expected: readonly string[] = []) => ({
  ...factAttributes(factsOf(envelope)),
  ...{ sk: deliveryId(deliveryKeyOf(envelope, receiver)), state: 'completed', first: AT, updated: AT },
  emissions: JSON.stringify([anEmission({ expected })]),
});

test('a conversation is read by its writers, then by the receivers that they name, each once', async () => {
  const { asked, reader } = over({
    'client.web#c': [intent(['gone', 'gone'])],
    'agent.gone#c': [delivery('gone', ['later', 'workflow:order'])],
    'agent.later#c': [delivery('later', ['gone'])],
  });
  const entries = await reader.conversation('c');
  expect(entries.map((entry) => (entry.kind === 'delivery' ? entry.delivery.receiver : entry.kind))).toEqual([
    ...['message', 'gone', 'later'],
  ]);
  expect(asked).toEqual(['platform#c', 'client.web#c', 'agent.gone#c', 'agent.later#c']);
});

test('what another than its writer wrote is passed over, its neighbours are not', async () => {
  const { reader } = over({ 'client.web#c': [delivery('victim'), intent([])], 'platform#c': [intent([])] });
  expect(await reader.conversation('c')).toMatchObject([{ kind: 'message' }]);
});

test('nobody makes a reader read without end', async () => {
  const receivers = Array.from({ length: 500 }, (_, index) => `ghost-${index}`);
  const { asked, reader } = over({ 'client.web#c': [intent(receivers)] });
  await reader.conversation('c');
  expect(asked).toHaveLength(2 + 50);
});

test('many conversations at once are read by a bounded number of queries side by side', async () => {
  let [running, most] = [0, 0];
  const { reader } = over({});
  dynamo.on(QueryCommand).callsFake(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return { Items: [] };
  });
  await Promise.all(Array.from({ length: 100 }, (_, index) => reader.conversation(`c${index}`)));
  expect(most).toBe(32);
});
