import type { SQSRecord } from 'aws-lambda';
import { eachRecord } from '../../../../functions/platform/sqs-batch.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const record = (messageId: string, receives = 1, age = 0) =>
  ({
    messageId,
    receiptHandle: `r-${messageId}`,
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(Date.now() - age) },
  }) as SQSRecord;

const failOn =
  (...bad: string[]) =>
  ({ messageId }: SQSRecord) =>
    bad.includes(messageId) ? Promise.reject(new Error('no')) : Promise.resolve();

test('what fails comes again soon, its neighbours do not come again', async () => {
  const again: [string, number][] = [];
  const comeAgain = ({ messageId }: SQSRecord, seconds: number) => {
    again.push([messageId, seconds]);
    return Promise.resolve();
  };
  const response = await eachRecord([record('a'), record('b'), record('c')], silent, failOn('b'), comeAgain);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  expect(again).toEqual([['b', 1]]);
});

test('it waits longer the more often it failed, up to a minute', async () => {
  const waits: number[] = [];
  const comeAgain = (_record: SQSRecord, seconds: number) => {
    waits.push(seconds);
    return Promise.resolve();
  };
  for (let run = 0; run < 200; run++) await eachRecord([record('a', 30)], silent, failOn('a'), comeAgain);
  expect(Math.max(...waits)).toBeGreaterThan(20);
  expect(Math.max(...waits)).toBeLessThanOrEqual(60);
});

test('it waits for up to a quarter of its age once that is more', async () => {
  const waits: number[] = [];
  const comeAgain = (_record: SQSRecord, seconds: number) => {
    waits.push(seconds);
    return Promise.resolve();
  };
  const old = record('a', 30, 8 * 3_600_000);
  for (let run = 0; run < 200; run++) await eachRecord([old], silent, failOn('a'), comeAgain);
  expect(Math.max(...waits)).toBeGreaterThan(3_600);
  expect(Math.max(...waits)).toBeLessThanOrEqual(7_201);
});

test('a visibility that cannot be changed only costs time', async () => {
  const comeAgain = () => Promise.reject(new Error('the queue does not answer'));
  const response = await eachRecord([record('a'), record('b')], silent, failOn('a'), comeAgain);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
});

test('what is to come again at an instant is hidden until then, and is no error', async () => {
  const again: [string, number][] = [];
  const comeAgain = ({ messageId }: SQSRecord, seconds: number) => {
    again.push([messageId, seconds]);
    return Promise.resolve();
  };
  const errors: string[] = [];
  const log = { ...silent, error: (message: string) => void errors.push(message) };
  const handle = ({ messageId }: SQSRecord) =>
    Promise.resolve(
      messageId === 'later' ? Date.now() + 300_000 : messageId === 'late' ? Date.now() - 9_000 : undefined,
    );
  const response = await eachRecord([record('a'), record('later'), record('late')], log, handle, comeAgain);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'later' }, { itemIdentifier: 'late' }] });
  expect(again).toEqual([
    ['later', 300],
    ['late', 0],
  ]);
  expect(errors).toEqual([]);
});
