import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMended, note, readEffects, wasKilled } from '../../../../../bench/reliability/depot/effects.js';
import { bookProblems, outcomesOf } from '../../../../../bench/reliability/engine-rows/engine-outcomes.js';

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'laneway-')), 'witness');
  writeFileSync(file, '');
});

const sort = (key: string) => note.sorted(file, key, { waited: 3, release: 'first' });

test('a package sorted and stored once is one effect', () => {
  sort('a');
  note.stored(file, 'a', 'm1');
  expect(outcomesOf(readEffects(file), ['a'])).toEqual({
    ...{ effects: 1, missing: [], extra: 0, storedAgain: 0, sortedAgain: 0 },
  });
});

test('a missing one is lost, a second command is an extra outcome, the same command again is not', () => {
  for (const key of ['a', 'b', 'b']) sort(key);
  note.stored(file, 'b', 'm1');
  note.stored(file, 'b', 'm2');
  note.stored(file, 'b', 'm2');
  expect(outcomesOf(readEffects(file), ['a', 'b'])).toEqual({
    ...{ effects: 1, missing: ['a'], extra: 1, storedAgain: 1, sortedAgain: 1 },
  });
});

test('only what was noted after a place in the file counts when it is asked so', () => {
  note.stored(file, 'a', 'm1');
  const before = readEffects(file);
  const size = Buffer.byteLength('stored a m1\n');
  note.stored(file, 'b', 'm2');
  expect([...before.stored.keys()]).toEqual(['a']);
  expect([...readEffects(file, size).stored.keys()]).toEqual(['b']);
});

test('what handlers ask of the file: whether they were killed before, and whether leaks were mended', () => {
  expect([wasKilled(file, 'a'), isMended(file)]).toEqual([false, false]);
  note.killed(file, 'a');
  note.mended(file);
  expect([wasKilled(file, 'a'), wasKilled(file, 'b'), isMended(file)]).toEqual([true, false, true]);
});

test('books that do not add up, expect another number, or are not at rest, are problems', () => {
  const books = { expected: 4, completed: 3, expired: 0, deadLettered: 1, inFlight: 0, missing: 0 };
  expect(bookProblems(books, 4)).toEqual([]);
  expect(bookProblems(books, 5)).toEqual(['the ledger expects 4 deliveries, published were 5']);
  expect(bookProblems({ ...books, completed: 2 }, 4).join()).toMatch('does not add up');
  expect(bookProblems({ ...books, completed: 2, inFlight: 1, missing: 1 }, 4).join()).toMatch('never taken');
});
