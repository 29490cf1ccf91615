import { DeleteCommand, NumberValue, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoBreakerStore } from '../../shared/aws/dynamo/breakers/dynamo-breaker-store.js';
import { breakerKey } from '../../shared/aws/dynamo/breakers/breaker-items.js';
import { DynamoPauseStore } from '../../shared/aws/dynamo/pauses/dynamo-pause-store.js';
import { waitingKey } from '../../shared/aws/dynamo/pauses/pause-keys.js';
import { bucketKeyOf } from '../../shared/aws/dynamo/rates/rate-keys.js';
import { DynamoRateStore } from '../../shared/aws/dynamo/rates/dynamo-rate-store.js';
import type { BucketName } from '../../shared/domain/rate/rate-store.js';
import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { MemoryBreakers } from '../../shared/testing/memory/breakers/memory-breakers.js';
import { MemoryPauses } from '../../shared/testing/memory/pauses/memory-pauses.js';
import { MemoryRates } from '../../shared/testing/memory/rates/memory-rates.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { breakerStoreContract } from './suites/breaker-store.contract.js';
import { rateStoreContract } from './suites/rates/rate-store.contract.js';
import { pauseStoreContract } from './suites/pauses/pause-store.contract.js';

describe('MemoryBreakers', () => {
  breakerStoreContract(() => Promise.resolve({ store: new MemoryBreakers() }));
});

describeOnEngine('DynamoBreakerStore', (resources) => {
  breakerStoreContract(async () => {
    const { documents } = resources.clients;
    const TableName = await resources.ledgerTable();
    const store = new DynamoBreakerStore(documents, TableName, new UnreadableRows());
    return {
      store,
      spoil: async (record) => {
        const Item = { ...breakerKey(record), version: 1, breaker: '{"state":"ajar"}' };
        await documents.send(new PutCommand({ TableName, Item }));
      },
    };
  });
});

describe('MemoryPauses', () => {
  pauseStoreContract(() => Promise.resolve(new MemoryPauses()));
});

// They stand in the ledger table, as breakers do.
describeOnEngine('DynamoPauseStore', (resources) => {
  pauseStoreContract(async () => new DynamoPauseStore(resources.clients.documents, await resources.ledgerTable()));

  it('takes what an agent has written in another form for nothing', async () => {
    const TableName = await resources.ledgerTable();
    const { documents } = resources.clients;
    const store = new DynamoPauseStore(documents, TableName);
    const Item = { ...waitingKey('clerk', 'orders'), agent: 'clerk', channel: 'orders', since: 'yesterday' };
    await documents.send(new PutCommand({ TableName, Item }));
    expect(await store.firstWaiting('clerk', 'orders')).toBeUndefined();
  });
});

describe('MemoryRates', () => {
  rateStoreContract(() => {
    const store = new MemoryRates();
    const spoil = (bucket: BucketName, value: unknown) =>
      Promise.resolve(void store.states.set(MemoryRates.placeOf(bucket), value));
    const remove = (bucket: BucketName) => Promise.resolve(void store.states.delete(MemoryRates.placeOf(bucket)));
    return Promise.resolve({ store, spoil, remove });
  });
});

// They stand in the registry's table, whose keys are those of the ledger's.
describeOnEngine('DynamoRateStore', (resources) => {
  const stand = async () => {
    const { documents } = resources.clients;
    const TableName = await resources.ledgerTable();
    const put = (bucket: BucketName, full: unknown) =>
      documents.send(new PutCommand({ TableName, Item: { ...bucketKeyOf(bucket), full } }));
    return { store: new DynamoRateStore(documents, TableName), TableName, documents, put };
  };
  rateStoreContract(async () => {
    const { store, TableName, documents, put } = await stand();
    return {
      store,
      spoil: async (bucket, value) =>
        void (await put(bucket, typeof value === 'number' ? NumberValue.from(String(value)) : value)),
      remove: async (bucket) => void (await documents.send(new DeleteCommand({ TableName, Key: bucketKeyOf(bucket) }))),
    };
  });

  it('puts a state in the place of a number of more digits than it can read', async () => {
    const { store, put } = await stand();
    const bucket = { key: 'channel.digits', tenant: '' };
    await put(bucket, NumberValue.from('1764536000000.12345678901234567890'));
    const seen = await store.swap(bucket, 'absent', 1);
    expect(seen).toBeCloseTo(1_764_536_000_000.123, 3);
    expect(await store.swap(bucket, seen ?? 'absent', 2)).toBeUndefined();
  });
});
