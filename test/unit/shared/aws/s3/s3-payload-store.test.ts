import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { S3PayloadStore } from '../../../../../shared/aws/s3/s3-payload-store.js';

/** A store over a bucket that answers so. */
function storeOver(answer: () => Promise<unknown>): S3PayloadStore {
  return new S3PayloadStore({ send: answer } as unknown as S3Client, 'bucket');
}

test('an object that says it is too long is not read at all', async () => {
  let read = 0;
  const body = new Readable({
    read() {
      read++;
      this.push(Buffer.alloc(65_536));
    },
  });
  const store = storeOver(() => Promise.resolve({ Body: body, ContentLength: 400_000_000 }));
  await expect(store.get('k', 1_000_000)).rejects.toMatchObject({ code: 'TOO_LARGE', retryable: false });
  expect(read).toBe(0);
  expect(body.destroyed).toBe(true);
});

test('a stream that says nothing of its length is cut at the limit', async () => {
  let read = 0;
  const endless = new Readable({
    read() {
      read += 65_536;
      this.push(Buffer.alloc(65_536));
    },
  });
  const store = storeOver(() => Promise.resolve({ Body: endless }));
  await expect(store.get('k', 1_000_000)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect(read).toBeLessThan(2_000_000);
  expect(endless.destroyed).toBe(true);
});

test('a denial says that a missing object reads so, and may be tried again', async () => {
  const denied = Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
  const store = storeOver(() => Promise.reject(denied));
  await expect(store.get('payloads/x')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    retryable: true,
    message: expect.stringMatching(/'payloads\/x', or this role may not read it[^]*s3:ListBucket/) as string,
  });
});

test('a text that was cut by the network is the failure of the store', async () => {
  const torn = new Readable({
    read() {
      this.destroy(new Error('aborted'));
    },
  });
  const store = storeOver(() => Promise.resolve({ Body: torn, ContentLength: 9 }));
  await expect(store.get('k')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
});
