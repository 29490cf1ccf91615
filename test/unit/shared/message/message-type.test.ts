import * as z from 'zod';
import { command, event, older } from 'laneway/message';
import { decodeData, encodeData } from '../../../../shared/message/message-type.js';
import { ParcelWeighed } from '../../../kit/applications/parcel-topology.js';

const LATEST = 'urn:laneway:ParcelWeighed:2';

test('a payload of the latest version is read as it is', () => {
  expect(decodeData(ParcelWeighed, { parcel: 'p', grams: 5 }, LATEST)).toEqual({ parcel: 'p', grams: 5 });
});

test('an older version is upgraded, and the result is held against the latest schema', () => {
  const data = { parcel: 'p', kilograms: 1.5 };
  expect(decodeData(ParcelWeighed, data, 'urn:laneway:ParcelWeighed:1')).toEqual({ parcel: 'p', grams: 1500 });
  const negative = () => decodeData(ParcelWeighed, { parcel: 'p', kilograms: -1 }, 'urn:laneway:ParcelWeighed:1');
  expect(negative).toThrow(/ParcelWeighed v2: grams/);
});

test.each(['urn:laneway:ParcelWeighed:3', 'urn:laneway:Other:2', 'nonsense'])(
  'the schema %s is refused with what is accepted',
  (uri) => {
    expect(() => decodeData(ParcelWeighed, {}, uri)).toThrow(
      /allowed: urn:laneway:ParcelWeighed:2, urn:laneway:ParcelWeighed:1/,
    );
  },
);

test('a wrong payload is refused with every field that is wrong', () => {
  expect(() => encodeData(ParcelWeighed, { grams: 'heavy' })).toThrow(/parcel: .*; grams: /);
});

test.each(['parcelWeighed', 'Parcel-Weighed', '', 'P'.repeat(129)])("'%s' cannot name a type", (name) => {
  expect(() => event(name, z.object({}))).toThrow(/cannot name a message type/);
});

test('versions are whole, each once, and the own one the highest', () => {
  const schema = z.object({});
  expect(() => event('A', schema, { version: 1, accepts: [older(2, schema, () => ({}))] })).toThrow(/versions 1, 2/);
  expect(() => event('A', schema, { version: 2, accepts: [older(2, schema, () => ({}))] })).toThrow(/versions 2, 2/);
  expect(() => command('A', schema, { version: 0 })).toThrow(/versions 0/);
});
