import { newId } from '../../../shared/domain/base/ids.js';
import { RETENTION_DAYS } from '../../../shared/domain/evidence/retention.js';
import { ARMING_WINDOW_MS } from '../../../shared/domain/request/timer-queue.js';
import { divideStarts } from '../../../shared/platform/workflows/start-pace.js';
import { dueAttributes } from '../../../shared/aws/dynamo/ledger-item.js';
import { sealItems } from '../../../shared/aws/dynamo/seal-items.js';

/** Bytes of an item (DynamoDB quotas). */
const ITEM_BYTES = 409_600;
/** Write units a second of one key (DynamoDB, "Partitions and data distribution"). */
const WRITES_OF_A_KEY = 1_000;
/** Copies of a queue that were received and not deleted (SQS quotas). */
const IN_FLIGHT = 120_000;

const sealOf = (shards: number) => ({
  ...{ application: 'shop', number: 8_000, at: '2026-11-21T00:00:00.000Z', previous: '0'.repeat(64) },
  ...{ digest: 'a'.repeat(64), signature: null },
  // A shard is replaced about every four hours, and its head is kept for a week.
  heads: Array.from({ length: shards * 6 * 7 }, (_, at) => ({
    chain: `shardId-${String(at).padStart(20, '0')}-0a1b2c3d`,
    ...{ number: 4_000_000 + at, digest: 'f'.repeat(64) },
  })),
});

test('a seal in one item ended at some 69 shards; in parts, 128 and 1,024 shards fit into items', () => {
  expect(Buffer.byteLength(JSON.stringify(sealOf(75)))).toBeGreaterThan(ITEM_BYTES);
  for (const shards of [1, 64, 128, 1_024]) {
    const { last, parts } = sealItems(sealOf(shards));
    const sizes = [Buffer.byteLength(JSON.stringify(last)), ...parts.map(({ bytes, sk }) => bytes.length + sk.length)];
    expect(Math.max(...sizes)).toBeLessThan(ITEM_BYTES);
  }
  expect(sealItems(sealOf(128)).parts).toHaveLength(3);
});

test('10,000 requests a second, each opened and answered, keep below what a key of their index takes', () => {
  const units = new Map<string, number>();
  const now = Date.parse('2026-11-21T11:30:00Z');
  for (let request = 0; request < 10_000; request++) {
    const { dueHour } = dueAttributes(now + 60_000 + (request % 1_000), newId());
    units.set(dueHour, (units.get(dueHour) ?? 0) + 2);
  }
  expect(units.size).toBe(64);
  expect(Math.max(...units.values())).toBeLessThan(WRITES_OF_A_KEY);
});

test.each([
  ['most regions', 150, { bucket: 800, refill: 150 }],
  ['the largest regions', 260, { bucket: 1_300, refill: 300 }],
  ['a quota that was asked for', 2_000, { bucket: 10_000, refill: 2_000 }],
])('starts keep within the quota of %s, and make 2,000 an hour of each start a second of it', (_where, rate, quota) => {
  const { processes, rate: own } = divideStarts(rate);
  let tokens = quota.bucket;
  // Every process has a full bucket, and takes what it may from then on.
  tokens -= processes * own.burst;
  expect(tokens).toBeGreaterThanOrEqual(0);
  for (let second = 0; second < 3_600; second++) {
    tokens = Math.min(quota.bucket, tokens + quota.refill) - processes * own.perSecond;
    expect(tokens).toBeGreaterThanOrEqual(-1e-6);
  }
  expect((processes * own.perSecond * 3_600) / quota.refill).toBeGreaterThanOrEqual(2_000);
});

/** Most copies hidden at once when so many deadlines a second move by so many seconds. */
function hiddenAt(perSecond: number, seconds: number): number {
  let [hidden, most] = [0, 0];
  for (let now = 0; now < 3_600; now++) {
    hidden += perSecond - (now >= seconds ? perSecond : 0);
    most = Math.max(most, hidden);
  }
  return most;
}

test('timers whose deadline moved are hidden: 133 a second by the whole window, and 4,000 by 30 s, fit into a queue', () => {
  const window = ARMING_WINDOW_MS / 1_000;
  expect(hiddenAt(133, window)).toBeLessThanOrEqual(IN_FLIGHT);
  expect(hiddenAt(134, window)).toBeGreaterThan(IN_FLIGHT);
  expect(hiddenAt(4_000, 30)).toBeLessThanOrEqual(IN_FLIGHT);
  // Of 10,000 requests a second a tenth may move on to another attempt 60 s later.
  expect(hiddenAt(1_000, 60)).toBeLessThanOrEqual(IN_FLIGHT);
});

/** Days that a pass of the deep sweep lasts in the end, when a day of lines takes `share` of a day and `open` days are not done. */
function passOf(share: number, open: number): number {
  let pass = 1;
  for (let round = 0; round < 200; round++) pass = share * (open + pass);
  return pass;
}

test('the deep sweep keeps up with 10,000 messages a second of three lines on a whole processor, and not on a seventh', () => {
  const [linesOfAProcessor, ofTheTime] = [70_000, 0.77];
  const share = (processors: number) => (10_000 * 3) / (linesOfAProcessor * processors * ofTheTime);
  // Messages live a day and some minutes: two days are not done.
  expect(passOf(share(1), 2)).toBeLessThan(3);
  expect(passOf(share(1 / 7), 2)).toBeGreaterThan(RETENTION_DAYS);
});
