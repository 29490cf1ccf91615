import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { SfnStarter } from '../../../../../shared/aws/step-functions/sfn-starter.js';

const sfn = mockClient(SFNClient);

describe('Step Functions', () => {
  it('takes an execution that exists for started before', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('x'), { name: 'ExecutionAlreadyExists' }));
    const client = new SFNClient({ region: 'us-east-1' });
    expect(await new SfnStarter(client, { w: 'arn' }).start('w', 'name', {})).toBe('exists');
  });

  it.each([
    ['ThrottlingException', { code: 'UNAVAILABLE', retryable: true }],
    ['ExecutionLimitExceeded', { code: 'UNAVAILABLE', retryable: true }],
    ['InvalidExecutionInput', { code: 'REFUSED', retryable: false }],
    ['ValidationException', { code: 'REFUSED', retryable: false }],
  ])('answers a start with %s', async (name, expected) => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('x'), { name }));
    const starter = new SfnStarter(new SFNClient({ region: 'us-east-1', maxAttempts: 1 }), { w: 'arn' });
    await expect(starter.start('w', 'name', {})).rejects.toMatchObject(expected);
  });
});
