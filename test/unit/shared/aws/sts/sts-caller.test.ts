import { STSClient } from '@aws-sdk/client-sts';
import { StsCaller } from '../../../../../shared/aws/sts/sts-caller.js';

function callerThat(answer: () => Promise<unknown>, engine: boolean): StsCaller {
  const client = new STSClient({ region: 'us-east-1' });
  return new StsCaller(Object.assign(client, { send: answer }), engine);
}

const refused = (httpStatusCode?: number) => () =>
  Promise.reject(Object.assign(new Error('no'), { name: 'InvalidAction', $metadata: { httpStatusCode } }));

test('the caller is the ARN that STS says, on AWS and on an engine', async () => {
  const Arn = 'arn:aws:sts::123456789012:assumed-role/Operators/ann';
  for (const engine of [true, false])
    expect(await callerThat(() => Promise.resolve({ Arn }), engine).identity()).toBe(Arn);
});

test('an engine that does not know the call has a local caller', async () => {
  for (const status of [400, 404, 501]) expect(await callerThat(refused(status), true).identity()).toBe('local');
});

test('on AWS a refusal is none, nor is an engine that does not answer: nobody acts without a name', async () => {
  await expect(callerThat(refused(400), false).identity()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  for (const status of [undefined, 403, 500])
    await expect(callerThat(refused(status), true).identity()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
