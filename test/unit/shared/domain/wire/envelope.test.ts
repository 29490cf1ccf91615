import fc from 'fast-check';
import {
  ENVELOPE_ATTRIBUTES,
  envelopeSchema,
  isExactEnvelope,
  parseEnvelope,
  type Envelope,
} from '../../../../../shared/domain/wire/envelope.js';

const full: Required<Envelope> = {
  specversion: '1.0',
  id: 'm-1',
  source: 'laneway.parcels.client.gate',
  type: 'ParcelArrived',
  time: '2026-01-01T00:00:00.000Z',
  subject: 'parcel 1',
  datacontenttype: 'application/json',
  dataschema: 'urn:laneway:ParcelArrived:1',
  data: { parcel: 'p' },
  dataref: 'payloads/c/m.json',
  datadigest: 'a'.repeat(64),
  datasize: 9,
  correlationid: 'c-1',
  causationid: 'm-0',
  requestid: 'r-1',
  replyto: 'ParcelWeighed',
  receiver: 'desk',
  priority: 'normal',
  channel: 'parcel.arrivals',
  expires: '2026-01-01T01:00:00+02:00',
  deadline: '2026-01-01T00:30:00Z',
  attempt: 1,
  escalates: true,
  hops: 0,
  path: 'AbCd',
  traceparent: '00-1-2-01',
  tenant: 'north',
  actor: 'anna',
  signature: 's',
};

const odd = fc.oneof(
  fc.anything(),
  fc.string({ maxLength: 300 }),
  fc.constantFrom('a'.repeat(256), 'a'.repeat(257), 'a'.repeat(1024), 'a'.repeat(4097), 'x#y', 'unparsed#x', '1.1'),
  fc.constantFrom(
    '2026-02-30T00:00:00Z',
    '2026-01-01',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00Z',
    '2024-02-29T00:00:00Z',
  ),
  fc.constantFrom(0, 1, -0, -1, 1.5, 2 ** 53, Infinity, NaN, '1', null, undefined, 'critical', 'urgent'),
);
const attribute = fc.oneof(fc.constantFrom(...ENVELOPE_ATTRIBUTES), fc.constantFrom('__proto__', 'toString', 'other'));

test('the check by hand knows every attribute, and takes an envelope with all of them or the least', () => {
  expect(Object.keys(full).sort()).toEqual([...ENVELOPE_ATTRIBUTES].sort());
  expect(isExactEnvelope(full)).toBe(true);
  const least = Object.fromEntries(
    Object.entries(full).filter(([name]) => !envelopeSchema.shape[name as keyof Envelope].safeParse(undefined).success),
  );
  expect(Object.keys(least)).toHaveLength(13);
  expect(isExactEnvelope(least)).toBe(true);
  for (const name of Object.keys(least)) expect(isExactEnvelope({ ...least, [name]: undefined })).toBe(false);
});

test('whatever attributes are changed, added or left out, the answer is that of the schema', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(attribute, odd, fc.boolean()), { minLength: 1, maxLength: 3 }), (changes) => {
      const entries = new Map<string, unknown>(Object.entries(full));
      for (const [name, value, drop] of changes) {
        if (drop) entries.delete(name);
        else entries.set(name, value);
      }
      const value = Object.fromEntries(entries);
      const bySchema = envelopeSchema.safeParse(value);
      if (isExactEnvelope(value)) expect(bySchema.success).toBe(true);
      // Only what carries an attribute that no envelope has may be left to the schema.
      else if (Object.keys(value).every((name) => ENVELOPE_ATTRIBUTES.includes(name)))
        expect(bySchema.success).toBe(false);
      if (bySchema.success) expect(parseEnvelope(value)).toEqual(bySchema.data);
      else expect(() => parseEnvelope(value)).toThrow('not a Laneway envelope');
    }),
    { numRuns: 1_000 },
  );
});
