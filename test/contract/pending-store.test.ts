import { DynamoPendingStore } from '../../shared/aws/dynamo-pending-store.js';
import { MemoryPending } from '../../shared/testing/memory-pending.js';
import { describeOnEngine } from '../support/engine-resources.js';
import { pendingStoreContract } from './pending-store.contract.js';

describe('MemoryPending', () => {
  pendingStoreContract(() => Promise.resolve(new MemoryPending()));
});

describeOnEngine('DynamoPendingStore', (resources) => {
  pendingStoreContract(async () => new DynamoPendingStore(resources.clients.documents, await resources.pendingTable()));
});
