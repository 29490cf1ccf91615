import fc from 'fast-check';
import { canBeId, newId } from '../../../../../shared/domain/base/ids.js';

/** The rule as it is documented. */
const RULE = /^(?:unparsed#)?[A-Za-z0-9_.:-]{1,128}$/;

test('an id is 1 to 128 letters, digits and _ . : -, whichever of its forms the text has', () => {
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef-'), maxLength: 40 });
  const near = fc.string({ unit: fc.constantFrom(...'09afgzAZ_.:-#/ \n', 'é', '\u0130', '𝔸'), maxLength: 130 });
  const inHex = fc.tuple(hex, near, hex).map((parts) => parts.join(''));
  const prefixed = fc.oneof(hex, near).map((text) => `unparsed#${text}`);
  fc.assert(
    fc.property(fc.oneof(hex, near, inHex, prefixed), (text) => {
      expect(canBeId(text)).toBe(RULE.test(text));
    }),
    { numRuns: 5_000 },
  );
  expect([newId(), 'a'.repeat(128), 'a'.repeat(129), '', 'unparsed#', 'a\n'].map(canBeId)).toEqual([
    ...[true, true],
    ...[false, false, false, false],
  ]);
});
