import { DynamoSagaStore } from '../../shared/aws/dynamo/dynamo-saga-store.js';
import { MemorySagas } from '../../shared/testing/memory/memory-sagas.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { sagaStoreContract } from './suites/saga-store.contract.js';

describe('MemorySagas', () => {
  sagaStoreContract(() => Promise.resolve(new MemorySagas()));
});

describeOnEngine('DynamoSagaStore', (resources) => {
  sagaStoreContract(
    async () => new DynamoSagaStore(resources.clients.documents, await resources.pendingTable(), new UnreadableRows()),
  );
});
