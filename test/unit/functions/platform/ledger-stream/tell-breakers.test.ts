import type { DynamoDBRecord } from 'aws-lambda';
import { tellBreakers, type TellingServices } from '../../../../../functions/platform/ledger-stream/tell-breakers.js';
import { breakerItem } from '../../../../../shared/aws/dynamo/breakers/breaker-items.js';
import { newBreaker, tripped, type BreakerRecord } from '../../../../../shared/domain/breaker/breaker.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { anEnvelope } from '../../../../kit/generators/sample-messages.js';
import { platformWorld } from '../../../../kit/stands/platform-world.js';

const AT = Date.UTC(2026, 0, 1);
const closed = newBreaker({ agent: 'clerk', name: 'books' }, 'w', AT);
const open: BreakerRecord = { ...closed, state: 'open', turn: 1, version: 2, failures: 5, error: 'no answer' };

/** An item as the stream has it. */
function imageOf(record: BreakerRecord, own: Readonly<Record<string, unknown>> = {}) {
  const item = { ...breakerItem(record, AT), ...own };
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: String(value) },
    ]),
  );
}

function change(sequence: string, after: BreakerRecord, before?: BreakerRecord, own = {}): DynamoDBRecord {
  const OldImage = before ? { OldImage: imageOf(before) } : {};
  return { dynamodb: { SequenceNumber: sequence, NewImage: imageOf(after, own), ...OldImage } };
}

function stand() {
  const world = platformWorld();
  const { bus } = world;
  const counted: string[] = [];
  const unreadable: number[] = [];
  const telling: TellingServices = {
    ...{ topology: world.topology, log: world.log },
    publishing: { ...world.publishingAs('platform', 'ledger-stream') },
    countBreaker: (state) => void counted.push(state),
    countUnreadable: (rows) => void unreadable.push(rows),
  };
  const sent = () => bus.published.map(({ type, data, source }) => ({ type, data, source }));
  return { telling, counted, unreadable, sent, bus };
}

it('tells of a change of state, once however often the stream brings it', async () => {
  const { telling, counted, sent, bus } = stand();
  const Records = [change('1', closed), change('2', open, closed), change('3', { ...open, version: 3 }, open)];
  expect(await tellBreakers({ Records }, telling)).toBeUndefined();
  expect(await tellBreakers({ Records }, telling)).toBeUndefined();
  expect(sent()[0]).toMatchObject({
    type: 'BreakerChanged',
    source: expect.stringMatching(/platform\.ledger-stream$/) as string,
    data: { agent: 'clerk', guard: 'books', state: 'open', turn: 1, failures: 5, error: 'no answer' },
  });
  expect(new Set(bus.published.map(({ id }) => id)).size).toBe(1);
  expect(counted).toContain('open');
});

it('counts no breaker that a person opened', async () => {
  const { telling, counted, sent } = stand();
  const held = tripped(closed, { by: 'ana', why: 'moving' }, 'w', AT) ?? closed;
  await tellBreakers({ Records: [change('1', held, closed)] }, telling);
  expect(sent()).toMatchObject([{ data: { state: 'open', trippedBy: 'ana' } }]);
  expect(counted).toEqual([]);
});

it('passes by what is no breaker, cannot be read, or is of no agent, and believes the key alone', async () => {
  const { telling, unreadable, sent } = stand();
  const Records = [
    { dynamodb: { SequenceNumber: '1', NewImage: { pk: { S: 'agent.clerk#c' }, sk: { S: 'd#m' } } } },
    change('2', open, closed, { breaker: '{"state":"ajar"}' }),
    change('3', { ...open, agent: 'nobody' }, closed),
    change('4', open, closed, { breaker: JSON.stringify({ ...open, agent: 'auditor', name: 'other' }) }),
    { dynamodb: { SequenceNumber: '5', OldImage: imageOf(open) } },
  ];
  expect(await tellBreakers({ Records }, telling)).toBeUndefined();
  expect(unreadable).toEqual([1]);
  expect(sent()).toMatchObject([{ data: { agent: 'clerk', guard: 'books' } }]);
});

it('goes on from where the ledger did not answer, and past what is refused for good', async () => {
  const { telling } = stand();
  const failing = (code: 'UNAVAILABLE' | 'REFUSED') => ({
    ...telling,
    publishing: {
      ...telling.publishing,
      intents: { ...telling.publishing.intents, record: () => Promise.reject(new LanewayError(code, 'no')) },
    },
  });
  const Records = [change('1', closed), change('2', open, closed)];
  expect(await tellBreakers({ Records }, failing('UNAVAILABLE'))).toBe('2');
  expect(await tellBreakers({ Records }, failing('REFUSED'))).toBeUndefined();
});

it('counts a reply put off that nobody could answer, once, and none that can be answered', async () => {
  const { telling, unreadable, sent } = stand();
  const { data: _data, ...envelope } = anEnvelope({ type: 'Ask' });
  const row = (own: object) => ({ pk: { S: 'later#clerk#Ask' }, sk: { S: 'key' }, ttl: { N: '1900000000' }, ...own });
  const good = row({ envelope: { S: JSON.stringify(envelope) } });
  const Records = ['{', '7', JSON.stringify({ ...envelope, type: 'Tell' }), undefined].map((text) => ({
    dynamodb: {
      SequenceNumber: '1',
      NewImage: row(text === undefined ? {} : { envelope: { S: text } }),
      OldImage: good,
    },
  }));
  await tellBreakers({ Records: [...Records, { dynamodb: { NewImage: good, OldImage: row({}) } }] }, telling);
  expect(unreadable).toEqual([1, 1, 1, 1]);
  expect(sent()).toEqual([]);
});
