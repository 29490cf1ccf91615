import { newId } from '../../../shared/domain/base/ids.js';
import { milliseconds } from '../../../shared/domain/base/duration.js';
import { SWEEP_TIMEOUT } from '../../../functions/platform/sweeper/declaration.js';
import { SWEEP_EVERY } from '../../../shared/domain/base/sweep-every.js';
import { dueAttributes, LETTER_PARTITIONS, letterPartition } from '../../../shared/aws/dynamo/ledger-item.js';

/** Write units a second that DynamoDB gives one key (developer guide, "Partitions and data distribution"). */
const WRITES_OF_A_KEY = 1_000;
/** Read units a second of one key. */
const READS_OF_A_KEY = 3_000;
const PER_SECOND = 10_000;
const NOW = Date.parse('2026-11-21T11:30:00Z');

/** Most units that one key takes of a second's writes. */
function hottest(keys: Iterable<string>, unitsEach: number): number {
  const units = new Map<string, number>();
  for (const key of keys) units.set(key, (units.get(key) ?? 0) + unitsEach);
  return Math.max(...units.values());
}

const dueKeys = (idOf: (index: number) => string) =>
  Array.from({ length: PER_SECOND }, (_, index) => dueAttributes(NOW + (index % 1_000), idOf(index)).dueHour);

test.each([
  ['new ids, which begin alike', () => newId()],
  ['ids of a counting client', (index: number) => `reading-${index}`],
])('10,000 intents a second of 4 KB keep below what a key of the due index takes: %s', (_name, idOf) => {
  expect(hottest(dueKeys(idOf), 4)).toBeLessThan(WRITES_OF_A_KEY);
});

test('the keys of an earlier version would not have taken them', () => {
  const hours = dueKeys(() => newId()).map((key) => key.slice(0, 10));
  expect(hottest(hours, 1)).toBeGreaterThan(WRITES_OF_A_KEY);
});

test('a sweep that reads a second of them takes a share of what a key gives to read', () => {
  // Eventually consistent: half a unit for 4 KB.
  expect(
    hottest(
      dueKeys(() => newId()),
      0.5,
    ),
  ).toBeLessThan(READS_OF_A_KEY / 10);
});

test('a storm of 5,000 dead letters of 1 KB a second keeps below it', () => {
  const letters = Array.from({ length: 5_000 }, () => letterPartition(newId()));
  expect(new Set(letters).size).toBe(LETTER_PARTITIONS);
  expect(hottest(letters, 1)).toBeLessThan(WRITES_OF_A_KEY);
});

/** Greatest lag, and the lag in the end, of a sweeper that looks at `capacity` intents a second while `rate` come due. */
function sweeps(rate: number, capacity: number, hours: number): { readonly most: number; readonly end: number } {
  const [every, time] = [milliseconds(SWEEP_EVERY) / 1_000, milliseconds(SWEEP_TIMEOUT) / 1_000 - 10];
  let [waiting, most] = [0, 0];
  for (let second = every; second <= hours * 3_600; second += every) {
    waiting = Math.max(0, waiting + rate * every - capacity * time);
    most = Math.max(most, waiting / rate);
  }
  return { most, end: waiting / rate };
}

test('a sweeper that looks at 16.7 a second falls behind 20, without end; one of 2,000 keeps up with 1,500', () => {
  // The bound of 5,000 intents a run, of earlier versions, whatever the run could have done in its time.
  expect(sweeps(20, 5_000 / 230, 4).end).toBeGreaterThan(2_000);
  expect(sweeps(1_500, 2_000, 48)).toEqual({ most: 0, end: 0 });
  // 10,000 a second are kept up with from 13,050 on, the processor's share of a run allowing.
  expect(sweeps(10_000, 13_050, 48).end).toBe(0);
  expect(sweeps(10_000, 12_000, 48).end).toBeGreaterThan(0);
});
