import { SFNClient, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { SfnResumer } from '../../../../../shared/aws/step-functions/sfn-resumer.js';

const sfn = mockClient(SFNClient);

beforeEach(() => sfn.reset());

describe('Step Functions', () => {
  const client = new SFNClient({ region: 'us-east-1' });
  const failure = (name: string) => Object.assign(new Error('x'), { name });

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('finds the token gone at %s', async (name) => {
    sfn.on(SendTaskSuccessCommand).rejects(failure(name));
    expect(await new SfnResumer(client).succeed('secret-token', {})).toBe('gone');
  });

  it('says UNAVAILABLE for anything else, without the token', async () => {
    sfn.on(SendTaskSuccessCommand).rejects(failure('ThrottlingException'));
    const error = await new SfnResumer(client).succeed('secret-token', {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(String(error)).not.toContain('secret-token');
  });
});
