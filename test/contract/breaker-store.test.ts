import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoBreakerStore } from '../../shared/aws/dynamo/breakers/dynamo-breaker-store.js';
import { breakerKey } from '../../shared/aws/dynamo/breakers/breaker-items.js';
import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { MemoryBreakers } from '../../shared/testing/memory/breakers/memory-breakers.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { breakerStoreContract } from './suites/breaker-store.contract.js';

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
