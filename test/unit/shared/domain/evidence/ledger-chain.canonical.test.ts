import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonical } from '../../../../../shared/domain/evidence/ledger-chain.js';

test('canonical JSON is that of RFC 8785, as another implementation writes it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonical(value)).toBe(canonicalize(JSON.parse(JSON.stringify(value))));
    }),
    { numRuns: 1_000 },
  );
});

test('what JSON cannot express is left out, and names are sorted by their UTF-16 units', () => {
  expect(canonical({ b: undefined, a: [undefined, Number.NaN, -0], f: () => 1, d: new Date(0) })).toBe(
    '{"a":[null,null,0],"d":"1970-01-01T00:00:00.000Z"}',
  );
  expect(canonical({ '\u{1f600}': 1, '\ufb33': 2, '\r': 3, 1: 4 })).toBe('{"\\r":3,"1":4,"\u{1f600}":1,"\ufb33":2}');
  expect(canonical({ '\ud800': 1, x: 'a\ud800' })).toBe('{"x":"a\ufffd","\ufffd":1}');
});
