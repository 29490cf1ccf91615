import fc from 'fast-check';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { DEEPEST_PAYLOAD, jsonForm } from '../../../../../shared/domain/wire/json-form.js';

/** A list in a list, so many deep. */
function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}

const faultOf = (value: unknown): string => {
  try {
    jsonForm(value, 'Order v1');
  } catch (error) {
    if (error instanceof LanewayError) return `${error.code} ${error.message.split('\n')[0] ?? ''}`;
    throw error;
  }
  return 'none';
};

test('the form of a value is what JSON makes of it, or the value is refused as a LanewayError', () => {
  const anything = fc.anything({
    key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toJSON', 'constructor')),
    ...{ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true },
    ...{ withObjectString: true, withSparseArray: true, withTypedArray: true, withBoxedValues: true },
  });
  let taken = 0;
  fc.assert(
    fc.property(anything, (value) => {
      let form;
      try {
        form = jsonForm(value, 'Order v1');
      } catch (error) {
        expect(error).toBeInstanceOf(LanewayError);
        return;
      }
      taken++;
      const text = JSON.stringify(value) as string | undefined;
      if (text !== undefined) expect(JSON.stringify(form.value)).toBe(text);
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(200);
});

test('plain data has a form that nothing was changed in, and that shares nothing with it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const given = JSON.parse(JSON.stringify(value)) as unknown;
      if (/"__proto__"/.test(JSON.stringify(given))) return;
      const { value: form, changed } = jsonForm(given, 'Order v1');
      expect(changed).toBeUndefined();
      expect(form).toEqual(given);
      if (typeof given === 'object' && given !== null) expect(form).not.toBe(given);
    }),
  );
  expect(jsonForm({ a: undefined, b: -0 }, 'Order v1')).toEqual({ value: { b: 0 } });
  expect(Object.keys(jsonForm({ a: undefined, b: 1 }, 'Order v1').value as object)).toEqual(['b']);
});

test.each([
  [{ at: new Map() }, 'SCHEMA Order v1: at is a Map, which JSON cannot carry'],
  [{ lines: [{ at: new Set() }] }, 'SCHEMA Order v1: lines.0.at is a Set, which JSON cannot carry'],
  [{ bytes: new Uint8Array(2) }, 'SCHEMA Order v1: bytes is a Uint8Array, which JSON cannot carry'],
  [{ big: 1n }, 'SCHEMA Order v1: big is a bigint, which JSON cannot carry'],
  [{ big: [Object(1n)] }, 'SCHEMA Order v1: big.0 is a BigInt, which JSON cannot carry'],
  [/x/, 'SCHEMA Order v1: data is a RegExp, which JSON cannot carry'],
  [{ why: new Error('x') }, 'SCHEMA Order v1: why is a Error, which JSON cannot carry'],
  [JSON.parse('{"a":{"__proto__":1}}'), 'SCHEMA Order v1: a.__proto__ is a key that schemas drop without a word'],
  [
    {
      a: {
        get b() {
          throw new TypeError('gone');
        },
      },
    },
    'SCHEMA Order v1: a cannot be read: TypeError: gone',
  ],
  [new Array(100_000_000), 'TOO_LARGE Order v1: the payload has more than 50000000 bytes'],
])('case %#: it is refused with its path', (value, fault) => {
  expect(faultOf(value)).toBe(fault);
});

test.each([
  [{ at: new Date(0) }, 'at is a Date, which JSON carries as text'],
  [{ at: new Date(Number.NaN) }, 'at is a Date, which JSON carries as plain data'],
  [{ n: [1, Number.NaN] }, 'n.1 is NaN, which JSON carries as null'],
  [[undefined], '0 is undefined, which JSON carries as null in a list'],
  [{ f: () => 1 }, 'f is a function, which JSON leaves out'],
  [{ s: Symbol('s') }, 's is a symbol, which JSON leaves out'],
  [{ u: new URL('https://example.com') }, 'u is a URL, which JSON carries as text'],
])('case %#: what JSON changes is named', (value, changed) => {
  expect(jsonForm(value, 'Order v1').changed).toBe(changed);
});

test('nesting is bounded, with the path and the bound', () => {
  expect(faultOf(nested(DEEPEST_PAYLOAD))).toBe('none');
  expect(faultOf({ a: nested(DEEPEST_PAYLOAD - 1) })).toBe('none');
  expect(faultOf({ a: { b: nested(DEEPEST_PAYLOAD) } })).toMatch(
    /^SCHEMA Order v1: a\.b\.0\.0\.0\.0\.\(\d+ more\)\.0\.0\.0 is nested more than 200 deep$/,
  );
  expect(faultOf(nested(100_000))).toContain('nested more than 200 deep');
});

test('a circle is told from depth', () => {
  const order: { lines: unknown[] } = { lines: [] };
  order.lines.push({ order });
  expect(faultOf(order)).toMatch(/refers to what it is part of$/);
});

test('what doubles with each level ends before memory does', () => {
  let value: unknown = 'x'.repeat(10_000);
  for (let level = 0; level < 40; level++) value = [value, value];
  expect(faultOf(value)).toBe('TOO_LARGE Order v1: the payload has more than 50000000 bytes');
});
