import * as z from 'zod';
import { command, event, older } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { compareModels } from '../../../../../shared/topology/deployed/compare-models.js';
import { decodeData, encodeData } from '../../../../../shared/message/message-type.js';
import { ApprovalDecided } from '../../../../../shared/message/system-messages.js';
import { readStoredModel, storedTopology, storeModel } from '../../../../../shared/topology/deployed/stored-model.js';

const Weighed = event('Weighed', z.object({ parcel: z.string(), grams: z.number().int().positive() }));
const Weigh = command(
  'Weigh',
  z.object({
    parcel: z.string().refine((text) => text !== 'anvil'),
    note: z.string().transform((text) => text.length),
    at: z.iso.datetime(),
    zone: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('home') }),
      z.object({ kind: z.literal('abroad'), country: z.string().length(2) }),
    ]),
    tags: z.record(z.string(), z.number()).optional(),
    tries: z.number().default(1),
  }),
  {
    reply: Weighed,
    version: 2,
    accepts: [older(1, z.object({ id: z.string() }), ({ id }) => ({ ...good, parcel: id }))],
  },
);
const good = { parcel: 'p1', note: 'soft', at: '2026-11-29T06:00:00Z', zone: { kind: 'home' as const } };

function topology(limit = 32, more: Record<string, { subscribes: ['weighing'] }> = {}) {
  return defineTopology('scales', {
    channels: { weighing: { carries: [Weigh] }, weights: { carries: [Weighed] } },
    agents: { desk: { subscribes: ['weighing'] }, ...more },
    clients: { gate: { publishes: [Weigh] } },
    hopLimit: limit,
  });
}
const facts = { framework: '1.2.3', version: '7.0.0', workflows: [] };
const stored = () => readStoredModel(JSON.stringify(storeModel(topology(), facts)), 'here');

describe('a stored model', () => {
  it('is read back as the topology it was made from, with versions of framework and application', () => {
    const read = stored();
    expect(read).toMatchObject({ format: 1, framework: '1.2.3', version: '7.0.0' });
    const again = storedTopology(read);
    expect(again.model).toEqual(topology().model);
    expect([...again.types.keys()].sort()).toEqual([...topology().types.keys()].sort());
    expect(again.types.get('Weigh')).toMatchObject({ kind: 'command', version: 2, reply: { name: 'Weighed' } });
    expect(again.types.get('ApprovalDecided')).toBe(ApprovalDecided);
  });

  it('checks payloads as the sources do, field by field, and sends what was given', () => {
    const weigh = storedTopology(stored()).types.get('Weigh') ?? Weigh;
    expect(encodeData(weigh, good)).toEqual(good);
    for (const [bad, place] of [
      [{ ...good, parcel: 7 }, 'parcel'],
      [{ ...good, at: 'yesterday' }, 'at'],
      [{ ...good, zone: { kind: 'abroad', country: 'DEU' } }, 'zone'],
      [{ ...good, tags: { heavy: 'very' } }, 'tags.heavy'],
      [{ parcel: 'p1' }, 'zone'],
    ] as const) {
      expect(() => encodeData(Weigh, bad)).toThrow(place);
      expect(() => encodeData(weigh, bad)).toThrow(place);
    }
  });

  it('takes a payload of an older version that is still accepted, and refuses one that breaks it', () => {
    const weigh = storedTopology(stored()).types.get('Weigh') ?? Weigh;
    expect(decodeData(weigh, { id: 'p9' }, 'urn:laneway:Weigh:1')).toEqual({ id: 'p9' });
    expect(() => decodeData(weigh, { id: 9 }, 'urn:laneway:Weigh:1')).toThrow('Weigh v1: id');
    expect(() => decodeData(weigh, { id: 'p9' }, 'urn:laneway:Weigh:2')).toThrow('Weigh v2');
    expect(() => decodeData(weigh, { id: 'p9' }, 'urn:laneway:Weigh:3')).toThrow('not accepted');
  });

  it('lists what only code can check', () => {
    expect([...(stored().types['Weigh']?.unchecked ?? [])].sort()).toEqual(['note: transform', 'parcel: refinement']);
    expect(stored().types['Weighed']?.unchecked).toEqual([]);
  });

  it('is refused in another format, with the version to use, and when it is none', () => {
    const other = JSON.stringify({ ...stored(), format: 9 });
    expect(() => readStoredModel(other, 's3://b/k')).toThrow(/has format 9; this laneway reads 1[^]*Laneway 1.2.3/);
    expect(() => readStoredModel('{"format":1}', 's3://b/k')).toThrow('s3://b/k is no stored model: framework');
    expect(() => readStoredModel('<html>', 's3://b/k')).toThrow('is no stored model');
  });
});

describe('models held against each other', () => {
  it('differ in nothing when one is the other, stored', () =>
    expect(compareModels(storeModel(topology(), facts), stored())).toEqual([]));

  it('differ by name', () => {
    const later = storeModel(topology(16, { scale: { subscribes: ['weighing'] } }), facts);
    expect(compareModels(later, stored())).toEqual([
      'agent scale only here',
      'channel weighing differs',
      'hopLimit is 16 here, 32 there',
    ]);
    const earlier = stored();
    const { Weigh: weigh, ...types } = earlier.topology.types;
    if (weigh === undefined) throw new Error('the topology has no Weigh');
    const there = {
      ...earlier,
      topology: { ...earlier.topology, types: { ...types, Weigh: { ...weigh, version: 1 }, Gone: weigh } },
      types: { ...earlier.types, Weighed: { schemas: { '1': { type: 'string' } }, unchecked: [] } },
    };
    expect(compareModels(storeModel(topology(), facts), there)).toEqual([
      'type Gone only there',
      'type Weigh has version 2 here, 1 there',
      'schema of Weighed differs',
    ]);
  });

  it('name six differences and count the others', () => {
    const many = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`scale-${index}`, { subscribes: ['weighing'] }] as const),
    ) as Record<string, { subscribes: ['weighing'] }>;
    const differences = compareModels(storeModel(topology(32, many), facts), stored());
    expect(differences).toHaveLength(7);
    expect(differences.at(-1)).toBe('4 more');
  });
});
