import { readFileSync } from 'node:fs';

const changelog = readFileSync('CHANGELOG.md', 'utf8');
const [unreleased = ''] = changelog.split(/^## \[/m).slice(1);
const items = unreleased
  .split(/^(?=- |###)/m)
  .filter((part) => part.startsWith('- '))
  .map((item) => item.replaceAll(/\s+/g, ' ').trim());

test('what is unreleased stands under Added, Changed and Fixed, in this order', () => {
  expect([...unreleased.matchAll(/^### (.+)$/gm)].map(([, title]) => title)).toEqual(['Added', 'Changed', 'Fixed']);
});

test('each line is whole, and none stands twice', () => {
  expect(items.length).toBeGreaterThan(100);
  expect(items.filter((item) => !/[.!`)]$/.test(item))).toEqual([]);
  const begins = items.map((item) => item.replaceAll(/\bsome \b/g, '').slice(0, 45));
  expect(begins.filter((begin, at) => begins.indexOf(begin) !== at)).toEqual([]);
});
