import fc from 'fast-check';
import { createAgent } from 'laneway/agent';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { parcels } from '../../kit/applications/parcel-topology.js';

const handled: string[] = [];
const auditor = createAgent(parcels, 'auditor').handle({
  otherwise: ({ id }) => {
    handled.push(id);
  },
});

beforeEach(() => handled.splice(0));

/** Puts one bad message among good ones; the good ones must be handled whatever it is. */
async function among(bad: (stand: ReturnType<typeof agentStand>) => void) {
  const stand = agentStand(auditor.with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'a' }, { id: 'good-1' }));
  bad(stand);
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'b' }, { id: 'good-2' }));
  expect(await stand.receive()).toEqual([]);
  expect([...handled].sort()).toEqual(['good-1', 'good-2']);
  return stand;
}

const s3Event = JSON.stringify({ Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'x' } } }] });

test.each([
  ['no JSON', 'hello', /not JSON/],
  ['an empty text', '', /not JSON/],
  ['null', 'null', /a JSON null/],
  ['a list', '[1]', /a JSON array/],
  ['a batch event of another service', s3Event, /batch event of another service/],
  ['an object of another kind', '{"hello":"world"}', /not a Laneway envelope/],
  ['an event with no envelope', '{"source":"a","detail-type":"b","detail":{}}', /not a Laneway envelope: .*id/],
])('%s is a dead letter that says so', async (_what, body, message) => {
  const stand = await among(({ lane }) => void lane.send(body));
  expect(stand.letters()).toMatchObject([
    { reason: 'unparseable', body, error: { code: 'UNPARSEABLE', message: expect.stringMatching(message) as string } },
  ]);
});

const wrong: [string, Partial<Envelope>, string, string][] = [
  [
    'a type its channel does not carry',
    { type: 'ParcelWeighed', dataschema: 'urn:laneway:ParcelWeighed:2', source: 'laneway.parcels.agent.scales' },
    'not-allowed',
    'NOT_CARRIED',
  ],
  ['an unknown type', { type: 'Nothing' }, 'not-allowed', 'UNKNOWN_TYPE'],
  ['an unknown channel', { channel: 'nowhere' }, 'not-allowed', 'UNKNOWN_CHANNEL'],
  ['a publisher that is not declared', { source: 'laneway.parcels.agent.scales' }, 'not-allowed', 'NOT_DECLARED'],
  ['a publisher of another application', { source: 'laneway.other.client.gate' }, 'not-allowed', 'NOT_DECLARED'],
  ['another receiver', { receiver: 'desk' }, 'not-allowed', 'UNKNOWN_RECEIVER'],
  ['a wrong schema', { data: { parcel: 7 } }, 'schema', 'SCHEMA'],
  ['an unknown version', { dataschema: 'urn:laneway:ParcelArrived:9' }, 'schema', 'SCHEMA'],
  ['too many hops', { hops: 8 }, 'hop-limit', 'HOP_LIMIT'],
];

test.each(wrong)('a message with %s is a dead letter', async (_what, change, reason, code) => {
  const stand = await among(
    ({ deliver, envelope }) => void deliver(envelope('ParcelArrived', { parcel: 'p' }, { id: 'bad', ...change })),
  );
  expect(stand.letters()).toMatchObject([{ reason, error: { code } }]);
  expect(await stand.record('bad')).toMatchObject({ state: 'dead-lettered', error: { code } });
});

test.each([{ source: 'laneway.parcels.agent.desk' }, { type: 'ParcelWeighed' }])(
  'an envelope that differs from what the bus vouches for is a dead letter: %j',
  async (vouched) => {
    const stand = await among(
      ({ deliver, envelope }) => void deliver(envelope('ParcelArrived', { parcel: 'p' }, { id: 'bad' }), vouched),
    );
    expect(stand.letters()).toMatchObject([{ reason: 'not-allowed', error: { code: 'SENDER_MISMATCH' } }]);
  },
);

test('a bare envelope on a channel that is not direct is a dead letter', async () => {
  const stand = await among(
    ({ lane, envelope }) => void lane.send(JSON.stringify(envelope('ParcelArrived', { parcel: 'p' }, { id: 'bad' }))),
  );
  expect(stand.letters()).toMatchObject([{ reason: 'not-allowed', error: { code: 'SENDER_MISMATCH' } }]);
});

test("a bare envelope that claims to be the agent's own is a dead letter too", async () => {
  const source = 'laneway.parcels.agent.auditor';
  const stand = await among(
    ({ lane, envelope }) =>
      void lane.send(JSON.stringify(envelope('ParcelArrived', { parcel: 'p' }, { id: 'bad', source }))),
  );
  expect(stand.letters()).toMatchObject([{ reason: 'not-allowed', error: { code: 'SENDER_MISMATCH' } }]);
});

test('an expired message is recorded and dropped, or dead-lettered where the channel says so', async () => {
  const expires = '2020-01-01T00:00:00Z';
  const dropped = await among(
    ({ deliver, envelope }) => void deliver(envelope('ParcelArrived', { parcel: 'p' }, { id: 'old', expires })),
  );
  expect(await dropped.record('old')).toMatchObject({ state: 'expired' });
  expect(dropped.letters()).toEqual([]);
  const source = 'laneway.parcels.agent.scales';
  handled.splice(0);
  const lettered = await among(
    ({ deliver, envelope }) =>
      void deliver(envelope('ParcelWeighed', { parcel: 'p', grams: 1 }, { id: 'old', expires, source })),
  );
  expect(await lettered.record('old')).toMatchObject({ state: 'dead-lettered' });
  expect(lettered.letters()).toMatchObject([{ reason: 'expired' }]);
});

test('whatever text arrives, it ends as a dead letter and its neighbours are handled', async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc.object().map((value) => JSON.stringify(value)),
    fc.object().map((detail) => JSON.stringify({ source: 'x', 'detail-type': 'y', detail })),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (body) => {
      handled.splice(0);
      const stand = await among(({ lane }) => void lane.send(body));
      expect(stand.letters()).toMatchObject([{ reason: 'unparseable', body }]);
    }),
    { numRuns: 300 },
  );
});

test('whatever one attribute of an envelope becomes, the delivery has an outcome or a dead letter', async () => {
  const attributes = [
    'specversion',
    'id',
    'source',
    'type',
    'time',
    'dataschema',
    'data',
    'correlationid',
    'receiver',
    'priority',
    'channel',
    'expires',
    'deadline',
    'attempt',
    'hops',
    'dataref',
    'requestid',
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...attributes), fc.jsonValue(), async (attribute, value) => {
      const stand = agentStand(auditor.with({}));
      const envelope = { ...stand.envelope('ParcelArrived', { parcel: 'p' }), [attribute]: value } as Envelope;
      stand.deliver(envelope);
      const returned = await stand.receive();
      const done = stand.letters().length + (await stand.ledger.conversation(envelope.correlationid)).length;
      // A reference to a payload that is not there comes again; everything else has ended.
      expect(returned.length > 0 || done > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
});
