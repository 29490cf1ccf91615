import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readData } from '../../../../cli/input/read-data.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'laneway-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(read: () => unknown): LanewayError {
  try {
    read();
  } catch (error) {
    if (error instanceof LanewayError) return error;
  }
  throw new Error('it was not refused');
}

describe('the payload that --data names', () => {
  it('is JSON, a file, or standard input', () => {
    const file = join(folder, 'order.json');
    writeFileSync(file, '{"order": "17"}');
    expect(readData('{"order": "17"}')).toEqual({ order: '17' });
    expect(readData(`@${file}`)).toEqual({ order: '17' });
    expect(readData('-', () => '[1, 2]\n')).toEqual([1, 2]);
  });

  it('names the file that is not there', () => {
    const error = refusal(() => readData(`@${join(folder, 'none.json')}`));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toContain('none.json');
  });

  it.each([
    ['{"a": 1,\n "b": tru }', 'line 2, column 10'],
    ['{"a": 1', 'line 1, column 8: it ends too early'],
    ['', 'line 1, column 1: it ends too early'],
    ["{'a': 1}", 'line 1, column 2: unexpected "\'"'],
    ['[1, 2,]', 'line 1, column 7: unexpected "]"'],
    ['{"a": 1} x', 'line 1, column 10: unexpected "x"'],
    ['hello', 'line 1, column 1: unexpected "h"'],
  ])('says where %j stops being JSON', (text, place) => {
    const error = refusal(() => readData('-', () => text));
    expect(error.code).toBe('UNPARSEABLE');
    expect(error.message).toContain(`standard input is no JSON: ${place}`);
  });

  it('points at the fault in the line, also far out in a long one', () => {
    const text = `{"list": [${'1, '.repeat(200)}oops]}`;
    const [line = '', pointer = ''] = refusal(() => readData(text)).help;
    expect(line.slice(pointer.indexOf('^'))).toMatch(/^oops/);
    expect(line.length).toBeLessThanOrEqual(80);
  });

  it('reads whatever JSON there is, and refuses its beginnings with a place inside them', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value);
        expect(readData('-', () => text)).toEqual(JSON.parse(text));
        const part = text.slice(0, cut % text.length);
        try {
          JSON.parse(part);
        } catch {
          expect(refusal(() => readData('-', () => part)).message).toContain('it ends too early');
        }
      }),
    );
  });
});
