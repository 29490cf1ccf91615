import { readFileSync } from 'node:fs';
import { ALARM_KINDS } from '../../infra/constructs/alarms.js';
import { ERROR_CODES } from '../../shared/domain/base/errors.js';

/** Codes, reasons and alarms that pages for operators name, held against where they are declared. */
const PAGES = ['docs/how-to/troubleshooting.md', 'docs/how-to/runbook.md'];
const VARIABLES = ['AWS_ENDPOINT_URL', 'ERROR', 'EVENT_ID'];

const declaration = readFileSync('shared/domain/delivery/dead-letter.ts', 'utf8');
const reasons = [...(/DeadLetterReason =([^;]+);/.exec(declaration)?.[1] ?? '').matchAll(/'([a-z-]+)'/g)].map(
  ([, reason = '']) => reason,
);
const text = (page: string): string => readFileSync(page, 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
const spans = (page: string): string[] => [...text(page).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);

test.each(PAGES)('%s names error codes that there are', (page) => {
  const named = spans(page).filter((span) => /^[A-Z][A-Z_]+$/.test(span));
  expect(named.length).toBeGreaterThan(0);
  expect([...Object.keys(ERROR_CODES), ...VARIABLES]).toEqual(expect.arrayContaining(named));
});

test('troubleshooting tells what to do about each reason of a dead letter', () => {
  expect(reasons.length).toBeGreaterThan(10);
  const named = spans('docs/how-to/troubleshooting.md');
  expect(reasons.filter((reason) => !named.includes(reason))).toEqual([]);
});

test('best practices name each alarm, and none that there is not', () => {
  const section = /## Alarms\n([^]*?)\n## /.exec(text('docs/how-to/best-practices.md'))?.[1] ?? '';
  const named = [...section.matchAll(/`([a-z]+(?:-[a-z]+)+|runaways)`/g)].map(([, name = '']) => name);
  expect(Object.keys(ALARM_KINDS).filter((kind) => !named.includes(kind))).toEqual([]);
  expect(named.filter((name) => !Object.hasOwn(ALARM_KINDS, name))).toEqual([]);
});
