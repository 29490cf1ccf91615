import fc from 'fast-check';
import { LINK_NOT_SHOWN, withoutLinks } from '../../../../../shared/domain/base/without-links.js';

/** Every link, as one pattern tells it; it tries 128 beginnings for each character. */
const TOKENS = /[\w.:-]{1,128}~[12]~[0-9a-z]{1,9}~[\w-]{43}/g;
const code = 'c'.repeat(43);

test('hides every link, and nothing else', () => {
  const token = fc
    .tuple(fc.stringMatching(/^[\w.:-]{0,140}$/), fc.constantFrom('1', '2', '3'), fc.stringMatching(/^[0-9a-z]{0,10}$/))
    .map(([id, round, until]) => `${id}~${round}~${until}~${code}`);
  const part = fc.oneof(token, fc.constantFrom('~', '~1~', '/', ' ', 'https://x.example/', '"'), fc.string());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      // Apart from each other: between adjoining links a code may be read as an id.
      const text = parts.join(' ');
      expect(withoutLinks(text)).toBe(text.replace(TOKENS, '(link not shown)'));
    }),
    { numRuns: 500 },
  );
});

test('hides links that adjoin, and that overlap', () => {
  expect(withoutLinks(`a~1~u~${code}~2~v~${code}`)).not.toContain('c');
  expect(withoutLinks(`a~1~2~u~${code}`)).toBe('a~(link not shown)');
  expect(withoutLinks(`${'i'.repeat(130)}~1~u~${code}`)).toBe('ii(link not shown)');
});

test('JSON stays JSON, and so does JSON in its texts', () => {
  const before = fc.oneof(
    fc.constantFrom('\n', '\t', '\\', '\u0001', 'C:\\new', '\\u00', '\\u12', '"'),
    fc.string({ unit: 'binary' }),
  );
  const value = fc.tuple(before, fc.stringMatching(/^[\w.:-]{1,130}$/), before);
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), fc.nat(2), (parts, depth) => {
      let text = JSON.stringify(parts.map(([left, id, right]) => `${left}${id}~1~u~${code} ${right}`));
      for (let level = 0; level < depth; level++) text = JSON.stringify({ text });
      const shown = withoutLinks(text);
      expect(shown).not.toContain(code);
      let inner: unknown = JSON.parse(shown);
      for (let level = 0; level < depth; level++) inner = JSON.parse((inner as { text: string }).text);
      expect(inner).toHaveLength(parts.length);
      expect(JSON.stringify(inner).split(LINK_NOT_SHOWN)).toHaveLength(parts.length + 1);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['letters', (size: number) => 'a'.repeat(size)],
  ['ends', (size: number) => 'a~1~u~'.repeat(size / 6)],
  ['links', (size: number) => `${'i'.repeat(80)}~1~u~${code} `.repeat(size / 129)],
])('the work grows as the text does: %s', (_, text) => {
  const [small, large] = [work(text(12_900)), work(text(129_000))];
  expect(small).toBeGreaterThan(0);
  expect(large / small).toBeLessThan(11);
});

/** Most characters that patterns may look at, if each backtracks over all of its text, and the text read once beside them. */
function work(text: string): number {
  let looked = text.length;
  const exec = Object.getOwnPropertyDescriptor(RegExp.prototype, 'exec') ?? {};
  // Both `test` and `replace` call the `exec` that they find.
  const counting = function (this: RegExp, given: string): unknown {
    looked += given.length ** 2;
    return Reflect.apply(exec.value as (given: string) => unknown, this, [given]);
  };
  Object.defineProperty(RegExp.prototype, 'exec', { ...exec, value: counting });
  try {
    withoutLinks(text);
  } finally {
    Object.defineProperty(RegExp.prototype, 'exec', exec);
  }
  return looked;
}
