import { readFileSync } from 'node:fs';
import { edited } from '../../../../../bench/reliability/mutations/mutation.js';
import { MUTATIONS } from '../../../../../bench/reliability/mutations/mutations.js';
import { ROWS } from '../../../../../bench/reliability/rows/rows.js';

const textOf = (file: string): string => readFileSync(new URL(`../../../../../${file}`, import.meta.url), 'utf8');

test.each(MUTATIONS)(
  'mutation $name still applies to the sources, and rows are named that exist',
  ({ edits, rows }) => {
    const texts = new Map<string, string>();
    for (const edit of edits) {
      const before = texts.get(edit.file) ?? textOf(edit.file);
      const after = edited(before, edit);
      expect(after).not.toBe(before);
      texts.set(edit.file, after);
    }
    const known = ROWS.filter(({ quick }) => quick).map(({ name }) => name);
    expect(rows.filter((row) => !known.includes(row))).toEqual([]);
  },
);

test('a mutation whose text is gone, or stands twice, says so', () => {
  const edit = { file: 'a.ts', find: 'lease()', replace: '' };
  expect(() => edited('nothing', edit)).toThrow('stands 0 times in a.ts');
  expect(() => edited('lease(); lease();', edit)).toThrow('stands 2 times in a.ts');
  expect(edited('before lease() after', edit)).toBe('before  after');
});

test('every row has a name of its own', () => {
  const names = ROWS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
