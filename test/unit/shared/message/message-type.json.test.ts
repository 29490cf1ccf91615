import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { event } from 'laneway/message';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { decodeData, encodeData } from '../../../../shared/message/message-type.js';

const SCHEMAS = {
  any: z.any(),
  unknown: z.unknown(),
  date: z.date(),
  coerced: z.coerce.date(),
  map: z.map(z.string(), z.any()),
  set: z.set(z.any()),
  nan: z.nan(),
  number: z.number(),
  text: z.string(),
  bytes: z.instanceof(Uint8Array),
  big: z.bigint(),
  record: z.record(z.string(), z.any()),
  loose: z.looseObject({ at: z.any() }),
  object: z.object({ at: z.any(), more: z.string().optional() }),
  list: z.array(z.any()),
  optionals: z.array(z.string().optional()),
  moved: z.union([z.date(), z.string()]).transform((at) => new Date(at)),
  throwing: z.any().refine((value) => (value as { length: number }).length > 0),
} as const;

const value = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
  }),
  fc.date(),
  fc.record({ at: fc.oneof(fc.date(), fc.double(), fc.string({ unit: 'binary' }), fc.constant(undefined)) }),
  fc.array(fc.option(fc.string(), { nil: undefined })),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, undefined, JSON.parse('{"__proto__":{"x":1}}') as unknown),
);

/** The same value for a reader of JSON: what is undefined is absent, and zero has no sign. */
const plain = (read: unknown): unknown =>
  read instanceof Date
    ? `Date ${read.getTime()}`
    : typeof read !== 'object' || read === null
      ? typeof read === 'number'
        ? read + 0
        : read
      : Array.isArray(read)
        ? read.map(plain)
        : Object.fromEntries(
            Object.entries(read)
              .filter(([, part]) => part !== undefined)
              .map(([key, part]) => [key, plain(part)]),
          );

test('what publishing accepts, a receiver reads as the same value; all else is a LanewayError', () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(SCHEMAS)), value, (name, given) => {
      const type = event('Given', SCHEMAS[name as keyof typeof SCHEMAS]);
      let sent;
      try {
        sent = encodeData(type, given);
      } catch (error) {
        seen.refused++;
        expect(error).toBeInstanceOf(LanewayError);
        expect((error as LanewayError).code).toBe('SCHEMA');
        return;
      }
      seen.accepted++;
      const envelope = JSON.parse(JSON.stringify({ data: sent })) as { data?: unknown };
      const received: unknown = decodeData(type, envelope.data, 'urn:laneway:Given:1');
      const expected: unknown = z.parse(type.schema, given);
      expect(isDeepStrictEqual(plain(received), plain(expected))).toBe(true);
    }),
    { numRuns: 3_000 },
  );
  expect(seen.accepted).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(100);
});

test.each<[string, z.ZodType, unknown, RegExp]>([
  ['a Date', z.object({ at: z.date() }), { at: new Date(0) }, /Given v1: at is a Date, which JSON carries as text/],
  ['a Map', z.object({ at: z.map(z.string(), z.string()) }), { at: new Map() }, /at is a Map/],
  ['NaN', z.object({ at: z.nan() }), { at: Number.NaN }, /at is NaN/],
  ['undefined in a list', z.array(z.string().optional()), ['a', undefined], /1 is undefined/],
  ['a bigint', z.object({ at: z.bigint() }), { at: 1n }, /at is a bigint/],
  ['an unknown field', z.object({}), { at: [new Map()] }, /at\.0 is a Map/],
  ['a Date in an open field', z.object({ at: z.any() }), { at: new Date(0) }, /at is a Date/],
  ['a key __proto__', z.record(z.string(), z.any()), JSON.parse('{"__proto__":1}'), /__proto__ is a key/],
  ['a schema that throws', z.any().transform((x: { a: { b: 1 } }) => x.a.b), {}, /its schema throws TypeError/],
])('%s is refused with its path', (_what, schema, given, expected) => {
  const refused = () => encodeData(event('Given', schema), given);
  expect(refused).toThrow(expected);
  expect(refused).toThrow(LanewayError);
});

test.each<[string, z.ZodType, unknown, unknown]>([
  [
    'a Date under z.coerce.date()',
    z.object({ at: z.coerce.date() }),
    { at: new Date(0) },
    { at: '1970-01-01T00:00:00.000Z' },
  ],
  ['an optional field', z.object({ a: z.string().optional() }), { a: undefined }, {}],
  ['a negative zero', z.object({ a: z.number() }), { a: -0 }, { a: 0 }],
  ['a half surrogate', z.string(), '\ud800', '\ud800'],
])('%s is sent', (_what, schema, given, sent) => {
  expect(encodeData(event('Given', schema), given)).toEqual(sent);
});

test('what the publisher changes afterwards is not sent', () => {
  const given = { lines: ['a'] };
  const sent = encodeData(event('Given', z.any()), given);
  given.lines.push('b');
  expect(sent).toEqual({ lines: ['a'] });
});

test('a hole in a list is refused with its path, also under a schema that takes anything', () => {
  const list = new Array<string>(2);
  list[1] = 'a';
  expect(() => encodeData(event('Given', SCHEMAS.list), list)).toThrow('Given v1: 0 is');
});
