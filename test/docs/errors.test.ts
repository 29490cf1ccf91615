import { readFileSync } from 'node:fs';
import { ERROR_CODES } from '../../shared/domain/base/errors.js';

const page = readFileSync(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8');

/** Rows of the tables: code and the cells after it. */
const rows = page
  .split('\n')
  .filter((line) => /^\| `[A-Z_]+`/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .map(([code = '', ...cells]) => ({ code: code.replaceAll('`', ''), cells }));

describe('docs/reference/errors.md', () => {
  it('explains exactly the codes that there are, each once', () => {
    expect(rows.map(({ code }) => code).toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
  });

  it.each(rows)('says of $code what happened, whether a retry can help and what to do', ({ code, cells }) => {
    const [happened, retryable, todo] = cells;
    expect(cells).toHaveLength(3);
    expect(happened).toMatch(/\w/);
    expect(todo).toMatch(/\w/);
    expect(retryable).toBe(ERROR_CODES[code as keyof typeof ERROR_CODES] ? 'yes' : 'no');
  });
});
