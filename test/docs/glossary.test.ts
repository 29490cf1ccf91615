import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = 'docs/reference/glossary.md';
/** Decisions and the changelog tell of what was; the words of their time stay. */
const HISTORY = /^docs\/adr\/|CHANGELOG|glossary/;

function textsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|md)$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name))
    .filter((path) => !HISTORY.test(path));
}

const rows = readFileSync(PAGE, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()));
const retired = rows.flatMap(([, , , not = '']) => not.split(', ').filter(Boolean));

test('the glossary has its words in a table, and some are retired', () => {
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.map(([, word]) => word)).toEqual(expect.arrayContaining(['lane', 'measure', 'intake', 'roll-call']));
  expect(retired).toEqual(expect.arrayContaining(['passage', 'reconciler']));
});

test.each(retired)("nothing says '%s'", (word) => {
  const form = new RegExp(`\\b${word}s?\\b`, 'i');
  const texts = [...['shared', 'functions', 'infra', 'cli', 'docs'].flatMap(textsIn), 'README.md', 'CONTRIBUTING.md'];
  const found = texts.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, at) => (form.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
