import { hasOpened, tellAtEnd, tellPassedOver } from '../../../../cli/context/passed-over.js';
import { UnreadableRows } from '../../../../shared/domain/form/passed-over.js';

function told(): readonly string[] {
  const lines: string[] = [];
  tellPassedOver({ failure: (text) => void lines.push(...text.split('\n')) });
  return lines;
}

test('a command that could read everything says nothing', () => {
  expect(hasOpened()).toBe(false);
  tellAtEnd(new UnreadableRows());
  expect(hasOpened()).toBe(true);
  expect(told()).toEqual([]);
  expect(hasOpened()).toBe(false);
});

test('a command says how many rows it passed over and where, once', () => {
  const [one, other] = [new UnreadableRows(), new UnreadableRows()];
  tellAtEnd(one);
  tellAtEnd(other);
  one.add({ kind: 'ledger row', where: 'agent.thief#c m#1\u001b[2J', why: 'the attribute envelope is not JSON' });
  for (let row = 0; row < 60; row++) other.add({ kind: 'request', where: `r-${row}`, why: 'no' });
  const lines = told();
  expect(lines).toHaveLength(12);
  expect(lines[0]).toContain('passed over 61 rows that cannot be read');
  expect(lines[1]).toBe('  ledger row agent.thief#c m#1\\u001b[2J: the attribute envelope is not JSON');
  expect(lines.at(-1)).toBe('  and 51 more');
  tellAtEnd(one);
  expect(told()).toEqual([]);
});
