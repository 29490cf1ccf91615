import { readFileSync } from 'node:fs';

/** Cells of the rows of a page's tables that begin with some text. */
function cellsOf(page: string, begin: string): string[] {
  const row = readFileSync(page, 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`| ${begin} `));
  return (row ?? '').split('|').map((cell) => cell.trim());
}

/** Millions of seconds of a month. */
const MONTH = 2.63;
const AGENTS = '1 M messages over the bus, published by a handler';
const CLIENTS = 'the same over the bus, published by a client (its intent is stored too)';

test('standing still costs in both pages the same', () => {
  const [told] = /Standing still costs about \d+ USD/.exec(readFileSync('docs/explanation/scale.md', 'utf8')) ?? [];
  expect(told).toBe(`Standing still costs ${cellsOf('README.md', 'standing still, a month:')[2]} USD`);
});

test.each([
  ['10', 'one a second', 3],
  ['1,000', 'full batches', 2],
  ['10,000', 'full batches', 2],
])('%s messages a second cost in a month what %s cost by the README', (rate, _traffic, column) => {
  const number = (text: string | undefined): number => Number((text ?? '').replaceAll(',', ''));
  const [, , , byAgents, byClients] = cellsOf('docs/explanation/scale.md', rate);
  for (const [named, told] of [
    [AGENTS, byAgents],
    [CLIENTS, byClients],
  ] as const) {
    const expected = number(rate) * MONTH * number(cellsOf('README.md', named)[column]);
    expect(Math.abs(number(told) / expected - 1)).toBeLessThan(0.02);
  }
});
