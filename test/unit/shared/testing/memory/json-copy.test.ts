import fc from 'fast-check';
import { jsonCopy } from '../../../../../shared/testing/memory/json-copy.js';

const throughText = (value: unknown): unknown => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
};

/** With what JSON leaves out or turns into something else, `__proto__` as a name included. */
const anything = fc.anything({
  key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toJSON', 'constructor')),
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
});

test('a copy is what JSON would make of a value, and shares nothing with it', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const copy = jsonCopy(value);
      expect(copy).toEqual(throughText(value));
      expect(JSON.stringify(copy)).toBe(JSON.stringify(throughText(value)));
    }),
    { numRuns: 1_000 },
  );
  const inner = { list: [1] };
  const copy = jsonCopy({ inner });
  inner.list.push(2);
  expect(copy).toEqual({ inner: { list: [1] } });
});

test('what JSON refuses is refused', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  expect(() => jsonCopy(circle)).toThrow(TypeError);
  expect(() => jsonCopy({ big: 1n })).toThrow(TypeError);
});
