import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import type { PayloadStore } from '../../shared/domain/wire/payload-store.js';
import { MemoryPayloads } from '../../shared/testing/memory/memory-payloads.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { payloadStoreContract } from './suites/payload-store.contract.js';

describe('MemoryPayloads', () => {
  payloadStoreContract(() => Promise.resolve<PayloadStore>(new MemoryPayloads()));
});

describeOnEngine('S3PayloadStore', (resources) => {
  payloadStoreContract(async () => new S3PayloadStore(resources.clients.s3, await resources.bucket()));

  it('says what it could not reach', async () => {
    const nowhere = new S3PayloadStore(resources.clients.s3, 'laneway-contract-no-such-bucket');
    await expect(nowhere.put('a', 'b')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });
});
