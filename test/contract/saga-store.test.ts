import { DynamoSagaStore } from '../../shared/aws/dynamo-saga-store.js';
import { MemorySagas } from '../../shared/testing/memory-sagas.js';
import { describeOnEngine } from '../support/engine-resources.js';
import { sagaStoreContract } from './saga-store.contract.js';

describe('MemorySagas', () => {
  sagaStoreContract(() => Promise.resolve(new MemorySagas()));
});

describeOnEngine('DynamoSagaStore', (resources) => {
  sagaStoreContract(async () => new DynamoSagaStore(resources.clients.documents, await resources.pendingTable()));
});
