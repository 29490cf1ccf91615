import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { KmsLinkSigner } from '../../shared/aws/kms/kms-link-signer.js';
import { MemoryLinkSigner } from '../../shared/testing/memory/memory-link-signer.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { linkSignerContract } from './suites/link-signer.contract.js';

describe('MemoryLinkSigner', () => {
  linkSignerContract(() => Promise.resolve(new MemoryLinkSigner()));
});

describeOnEngine('KmsLinkSigner', ({ clients: { kms } }) => {
  let key = '';
  linkSignerContract(async () => {
    const made = await kms.send(new CreateKeyCommand({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }));
    key = made.KeyMetadata?.Arn ?? '';
    return new KmsLinkSigner(kms, key);
  });
  afterAll(() => kms.send(new ScheduleKeyDeletionCommand({ KeyId: key, PendingWindowInDays: 7 })));
});
