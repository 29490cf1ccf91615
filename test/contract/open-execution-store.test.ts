import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { DynamoOpenExecutionStore } from '../../shared/aws/dynamo/dynamo-open-execution-store.js';
import { MemoryOpenExecutions } from '../../shared/testing/memory/memory-workflows.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { openExecutionStoreContract } from './suites/open-execution-store.contract.js';

describe('MemoryOpenExecutions', () => openExecutionStoreContract(() => Promise.resolve(new MemoryOpenExecutions())));

describeOnEngine('DynamoOpenExecutionStore', (resources) => {
  const make = async () =>
    new DynamoOpenExecutionStore(resources.clients.documents, await resources.pendingTable(), new UnreadableRows());
  openExecutionStoreContract(make);
});
