import { readOrPass, UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';

const place = (where: string) => ({ kind: 'ledger row', where }) as const;
const refuse = (): never => {
  throw new Error('no\n  second line');
};

test('a row that can be read is given, and nothing is noted', () => {
  const rows = new UnreadableRows();
  expect(readOrPass('7', Number, place, rows)).toBe(7);
  expect(rows.take()).toEqual({ rows: [], more: 0 });
});

test('a row that cannot be read is passed over, and noted once until it is taken', () => {
  const rows = new UnreadableRows();
  for (const key of ['a', 'b', 'a']) expect(readOrPass(key, refuse, place, rows)).toBeUndefined();
  expect(rows.take()).toEqual({
    rows: [
      { kind: 'ledger row', where: 'a', why: 'no' },
      { kind: 'ledger row', where: 'b', why: 'no' },
    ],
    more: 0,
  });
  expect(rows.take().rows).toEqual([]);
  readOrPass('a', refuse, place, rows);
  expect(rows.take().rows).toHaveLength(1);
});

test('any number of rows takes a bounded place', () => {
  const rows = new UnreadableRows();
  for (let row = 0; row < 30_000; row++) readOrPass(String(row), refuse, place, rows);
  const { rows: told, more } = rows.take();
  expect(told).toHaveLength(50);
  expect(more).toBe(29_950);
});
