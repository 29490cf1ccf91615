import { DynamoDeliveryStore } from '../../shared/aws/dynamo-delivery-store.js';
import { MemoryDeliveries } from '../../shared/testing/memory-deliveries.js';
import { MemoryLedger } from '../../shared/testing/memory-ledger.js';
import { MemoryPayloads } from '../../shared/testing/memory-payloads.js';
import { describeOnEngine } from '../support/engine-resources.js';
import { deliveryStoreContract } from './delivery-store.contract.js';
import { checkInterleavings } from './delivery-store.model.js';

describe('MemoryDeliveries', () => {
  const make = () => new MemoryDeliveries(new MemoryLedger(new MemoryPayloads()));
  deliveryStoreContract(() => Promise.resolve(make()));

  it('holds the rules under every interleaving', async () => {
    await checkInterleavings(make(), 2000);
  }, 60_000);
});

describeOnEngine('DynamoDeliveryStore', (resources) => {
  const make = async () => new DynamoDeliveryStore(resources.clients.documents, await resources.ledgerTable());
  deliveryStoreContract(make);

  it('holds the rules under every interleaving', async () => {
    await checkInterleavings(await make(), 60);
  }, 120_000);
});
