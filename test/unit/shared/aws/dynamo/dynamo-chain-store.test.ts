import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Seal } from '../../../../../shared/domain/evidence/seal.js';
import { UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';
import { DynamoChainStore } from '../../../../../shared/aws/dynamo/dynamo-chain-store.js';
import { SEAL_ITEM_BYTES, sealFrom, sealItems } from '../../../../../shared/aws/dynamo/seal-items.js';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const dynamo = mockClient(documents);

beforeEach(() => dynamo.reset());

const chainStore = () => new DynamoChainStore(documents, 'chains', new UnreadableRows());

function seal(chains: number, number = 7): Seal {
  const heads = Array.from({ length: chains }, (_, at) => ({
    ...{ chain: `shardId-${String(at).padStart(20, '0')}-größer`, number: at, digest: 'f'.repeat(64) },
  }));
  const facts = { application: 'shop', number, at: '2026-11-21T00:00:00.000Z', previous: '0'.repeat(64) };
  return { ...facts, heads, digest: 'a'.repeat(64), signature: null };
}

test('no item of a seal is over what an item may hold, and the parts make the seal again', () => {
  const large = seal(20_000);
  const { last, parts } = sealItems(large);
  expect(parts.length).toBeGreaterThan(5);
  for (const { bytes } of parts) expect(bytes.length).toBeLessThanOrEqual(SEAL_ITEM_BYTES);
  expect(Buffer.byteLength(JSON.stringify(last))).toBeLessThan(1_000);
  expect(sealFrom(parts)).toEqual(large);
  expect(parts.map(({ sk }) => sk)).toEqual(parts.map(({ sk }) => sk).sort());
  expect(sealItems(seal(100))).toMatchObject({ last: { seal: JSON.stringify(seal(100)) }, parts: [] });
});

test('parts are written before the item that decides, and those of earlier seals are removed after it', async () => {
  const order: string[] = [];
  dynamo.on(PutCommand).callsFake(({ Item }: { Item: { sk: string } }) => void order.push(Item.sk.slice(0, 17)));
  dynamo.on(QueryCommand).resolves({ Items: [{ pk: 'seal', sk: 'part#000000000006#a#0000' }] });
  dynamo.on(DeleteCommand).callsFake(({ Key }: { Key: { sk: string } }) => void order.push(`-${Key.sk.slice(0, 17)}`));
  expect(await chainStore().nextSeal(seal(5_000))).toBe(true);
  const part = 'part#000000000007';
  expect(order).toEqual([part, part, 'last', '-part#000000000006']);
});

test('who comes second removes nothing: it may be the winner whose answer was lost', async () => {
  dynamo.on(PutCommand).resolves({});
  dynamo
    .on(PutCommand, { Item: sealItems(seal(5_000)).last })
    .rejects(new ConditionalCheckFailedException({ message: 'second', $metadata: {} }));
  expect(await chainStore().nextSeal(seal(5_000))).toBe(false);
  expect(dynamo.commandCalls(DeleteCommand)).toHaveLength(0);
});

test('a seal that another one follows while it is read is read anew', async () => {
  const [before, after] = [sealItems(seal(5_000, 7)), sealItems(seal(5_000, 8))];
  dynamo.on(GetCommand).resolvesOnce({ Item: before.last }).resolves({ Item: after.last });
  dynamo
    .on(QueryCommand)
    .resolvesOnce({ Items: [] })
    .resolves({ Items: [...after.parts] });
  expect(await chainStore().lastSeal()).toEqual(seal(5_000, 8));
  dynamo.on(QueryCommand).resolves({ Items: [] });
  await expect(chainStore().lastSeal()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
