import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TIMEOUTS } from '../../tools/reference/timeouts.js';
import { timeoutsPage } from '../../tools/reference/timeouts-page.js';
import { days, ms, seconds } from '../../tools/reference/timeout-row.js';
import { ALARM_KINDS } from '../../infra/constructs/alarms.js';
import { ERROR_CODES } from '../../shared/domain/base/errors.js';

/** The page of all times: what `npm run reference` writes, without the compilation that its other pages take. */
const sources = ['shared', 'infra', 'functions/platform'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8')),
);
const rows = TIMEOUTS.flatMap((group) => group.rows);

test('the page is what the constants say', () => {
  expect(readFileSync('docs/reference/timeouts.md', 'utf8')).toBe(timeoutsPage());
});

test('each constant that the page names is declared in one place of the sources', () => {
  const named = rows.map(({ constant }) => constant.split('.')[0] ?? '').filter((name) => name !== '');
  expect(named.length).toBeGreaterThan(40);
  for (const name of new Set(named)) {
    const declared = sources.filter((text) => new RegExp(`^export const ${name}\\b`, 'm').test(text));
    expect([name, declared.length]).toEqual([name, 1]);
  }
});

test('the alarms and codes that the page names are there', () => {
  const page = timeoutsPage();
  const alarms = [...page.matchAll(/alarm `([a-z-]+)`/g)].map(([, name]) => name);
  expect(alarms.length).toBeGreaterThan(5);
  expect(Object.keys(ALARM_KINDS)).toEqual(expect.arrayContaining(alarms));
  const codes = [...page.matchAll(/`([A-Z]+(?:_[A-Z]+)*)`/g)].map(([, name = '']) => name);
  const constants = rows.map(({ constant }) => constant);
  const unknown = codes.filter((name) => !Object.hasOwn(ERROR_CODES, name) && !constants.includes(name));
  expect(unknown).toEqual(['DEFAULT_PROFILES']);
});

test('a duration is told in its largest whole unit', () => {
  expect([ms(500), ms(1_000), ms(90_000), ms(120_000), seconds(43_200), days(7), days(1)]).toEqual([
    ...['500 milliseconds', '1 second', '90 seconds', '2 minutes', '12 hours', '7 days', '1 day'],
  ]);
});

test('no group says that nothing of it is to be set beside a row that names what sets it', () => {
  for (const { title, about, rows: own } of TIMEOUTS)
    expect([title, about.includes('Not to be set') && own.some((one) => one.set !== '')]).toEqual([title, false]);
  const heartbeat = rows.filter(({ constant }) => ['BEAT_EVERY_MS', 'SILENCE_MS'].includes(constant));
  expect(heartbeat.map((one) => one.set.includes('defaults.heartbeat'))).toEqual([true, true]);
});
