import { DynamoPendingStore } from '../../shared/aws/dynamo/dynamo-pending-store.js';
import { MemoryPending } from '../../shared/testing/memory/memory-pending.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { pendingStoreContract } from './suites/pending-store.contract.js';

describe('MemoryPending', () => {
  pendingStoreContract(() => Promise.resolve(new MemoryPending()));
});

describeOnEngine('DynamoPendingStore', (resources) => {
  pendingStoreContract(async () => new DynamoPendingStore(resources.clients.documents, await resources.pendingTable()));
});
