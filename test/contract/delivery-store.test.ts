import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { DynamoDeliveryStore } from '../../shared/aws/dynamo/dynamo-delivery-store.js';
import { MemoryDeliveries } from '../../shared/testing/memory/memory-deliveries.js';
import { MemoryLedger } from '../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../shared/testing/memory/memory-payloads.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { deliveryStoreContract } from './suites/delivery-store.contract.js';
import { deliveryOriginsContract } from './suites/delivery-origins.contract.js';
import { unsentOutcomesContract } from './suites/unsent-outcomes.contract.js';
import { checkInterleavings } from './suites/delivery-store.model.js';

describe('MemoryDeliveries', () => {
  const make = () => new MemoryDeliveries(new MemoryLedger(new MemoryPayloads()));
  deliveryStoreContract(() => Promise.resolve(make()));
  unsentOutcomesContract(() => Promise.resolve(make()));
  deliveryOriginsContract(() => Promise.resolve(make()));

  it('holds the rules under every interleaving', async () => {
    await checkInterleavings(make(), 2000);
  });
});

describeOnEngine('DynamoDeliveryStore', (resources) => {
  const make = async () =>
    new DynamoDeliveryStore(resources.clients.documents, await resources.ledgerTable(), new UnreadableRows());
  deliveryStoreContract(make);
  unsentOutcomesContract(make);
  deliveryOriginsContract(make);

  it('holds the rules under every interleaving', async () => {
    await checkInterleavings(await make(), 60);
  });
});
