import type { Envelope } from '../../../shared/domain/wire/envelope.js';

/** Numbers in [0, 1) that follow from a seed. */
export type Random = () => number;

/** Material of a body: a message that would be handled, fresh at each call. */
export interface Material {
  good(): Envelope;
  /** The text that the bus puts into a lane. */
  wrap(envelope: unknown, vouched?: { readonly source?: unknown; readonly type?: unknown }): string;
}

/** A body of any of the kinds below. */
export function fuzzBody(random: Random, material: Material): string {
  return pick(random, KINDS)(random, material);
}

/** Bodies that other services, other programs and mistakes put into queues; all of them in every run. */
export function badBodies({ good, wrap }: Material): string[] {
  const envelope = good();
  const text = wrap(envelope);
  // Each with an id of its own: what changes one must not pass for a duplicate of another.
  const changed = (from: string, to: string): string => wrap(good()).replace(from, to);
  const event = { id: 'e', account: '0', region: 'eu-central-1', time: '2026-01-01T00:00:00Z', resources: [] };
  const values: unknown[] = [
    { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'b' }, object: {} } }] },
    { Service: 'Amazon S3', Event: 's3:TestEvent', Time: event.time, Bucket: 'b' },
    { Records: [{ EventSource: 'aws:sns', Sns: { Message: text } }] },
    { Records: [{ eventSource: 'aws:kinesis', kinesis: { data: 'aGk=' } }] },
    { Records: [] },
    { records: [{ data: 'aGk=' }], deliveryStreamArn: 'arn' },
    { Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:eu-central-1:0:t', Message: text },
    { Type: 'SubscriptionConfirmation', Token: 't', SubscribeURL: 'https://example.com' },
    { ...event, source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: 'b' } } },
    { ...event, source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} },
    {
      ...event,
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { status: 'X' },
    },
    { ...event, source: envelope.source, 'detail-type': envelope.type },
    { ...event, source: envelope.source, 'detail-type': envelope.type, detail: JSON.stringify(envelope) },
    { ...event, source: envelope.source, 'detail-type': envelope.type, detail: [envelope] },
    { httpMethod: 'POST', body: text, headers: {} },
    { laneway: 'dead-letter', receiver: 'desk', copy: 'c', reason: 'schema', body: text },
    { 'detail-type': null, source: null, detail: null },
    [envelope],
    text,
    envelope,
    null,
    true,
    0,
  ];
  const raw = [
    '',
    ' ',
    '\u0000',
    '\ufeff' + text,
    '{',
    '}',
    'null null',
    'undefined',
    'NaN',
    "{'id': 1}",
    '<xml/>',
    'H4sIAAAAAAAAA6tWKkktLlGyUlAqSS0uUaoFAA==',
    '\ud800',
    '"\\ud800"',
    '[' + '1,'.repeat(1_000) + '1]',
    '['.repeat(50_000),
    '['.repeat(5_000) + ']'.repeat(5_000),
    '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000),
    '9'.repeat(400),
    '{"__proto__":{"detail-type":"x","source":"y","detail":{}}}',
    text.slice(0, -1),
    text + text,
    changed('"hops":0', '"hops":1e999'),
    changed('"hops":0', '"hops":-0'),
    changed('"hops":0', '"hops":0,"hops":7777'),
    changed('"detail":{', '"detail":{"__proto__":{"id":"p"},'),
  ];
  return [...raw, ...values.map((value) => JSON.stringify(value))];
}

const pick = <Value>(random: Random, from: readonly [Value, ...Value[]]): Value =>
  from[Math.floor(random() * from.length)] ?? from[0];

type Kind = (random: Random, material: Material) => string;

const KINDS: readonly [Kind, ...Kind[]] = [
  // One to three attributes changed, added or taken out.
  (random, { good, wrap }) => wrap(mutated(random, good())),
  (random, { good, wrap }) => wrap(mutated(random, mutated(random, good()))),
  (random, { good, wrap }) => wrap(mutated(random, mutated(random, mutated(random, good())))),
  // The bus says something else, or nothing.
  (random, { good, wrap }) => wrap(good(), { source: oddValue(random), type: pick(random, [undefined, 'Nothing', 7]) }),
  // Never over the bus.
  (random, { good }) => JSON.stringify(mutated(random, good())),
  // Payloads.
  (random, { good, wrap }) => wrap({ ...good(), data: oddValue(random) }),
  (random, { good, wrap }) => wrap({ ...good(), data: { parcel: oddValue(random), note: oddValue(random) } }),
  (random, { good, wrap }) => {
    const { data: _data, ...rest } = good();
    return wrap({ ...rest, dataref: oddValue(random) });
  },
  // Times that are none, or far away.
  (random, { good, wrap }) => wrap({ ...good(), [pick(random, ['time', 'expires', 'deadline'])]: pick(random, TIMES) }),
  // Torn, doubled or flipped text.
  (random, material) => torn(random, material.wrap(material.good())),
  (random) => torn(random, JSON.stringify(oddValue(random)) ?? ''),
  (random) => JSON.stringify(anyValue(random, 4)),
  (random, { wrap }) => wrap(anyValue(random, 4)),
  (random) => anyText(random),
];

const ATTRIBUTES = [
  ...['specversion', 'id', 'source', 'type', 'time', 'subject', 'datacontenttype', 'dataschema', 'data', 'dataref'],
  ...['correlationid', 'causationid', 'requestid', 'replyto', 'receiver', 'priority', 'channel', 'expires', 'deadline'],
  ...['attempt', 'hops', 'path', 'traceparent', 'tenant', 'actor', 'signature', 'unknown', '__proto__', 'toJSON'],
] as const satisfies readonly string[];

function mutated(random: Random, envelope: object): object {
  const attribute: string = pick(random, ATTRIBUTES);
  const entries = Object.entries(envelope).filter(([name]) => name !== attribute);
  if (random() < 0.2) return Object.fromEntries(entries);
  // Not by assignment, so that `__proto__` becomes an attribute and not a prototype.
  return Object.fromEntries([...entries, [attribute, oddValue(random)]]);
}

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'length', 'then'] as const;

const ODD: readonly [unknown, ...unknown[]] = [
  null,
  ...[true, false, 0, 9, 7_777, -1, 1.5, 1e308, 2 ** 53, -(2 ** 63), 5e-324, [], {}, [[]], [null], { length: -1 }],
  ...[
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\udc00\ud800',
    'e\u0301',
    '\u202e',
    '💥',
    '#',
    '/',
    '../..',
    "'; --",
    '%00',
    '${x}',
  ],
  ...['critical', 'urgent', 'desk', 'parcel.stamps', 'system.errors', 'ParcelWeighed', 'laneway.parcels.agent.desk'],
  ...['unparsed#x', 'urn:laneway:ParcelArrived:0', 'urn:laneway:ParcelArrived:1e3', 'urn:laneway:ParcelWeighed:1'],
  ...NAMES,
  { toJSON: 1 },
  { then: 'x' },
  { constructor: { prototype: {} } },
  'x'.repeat(129),
  'x'.repeat(5_000),
];

/** A value that somebody may have put in the place of any other. */
export const oddValue = (random: Random): unknown => (random() < 0.15 ? anyValue(random, 3) : pick(random, ODD));

const TIMES = [
  ...['', 'tomorrow', '2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T24:00:00Z', '2026-01-01T00:00:60Z'],
  ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59-23:59', '+275760-09-13T00:00:00Z'],
  ...['2020-01-01T00:00:00Z', '2026-01-01T00:00:00+14:00', '2026-01-01T00:00Z', '1970-01-01T00:00:00.0000000001Z'],
] as const satisfies readonly string[];

function anyValue(random: Random, depth: number): unknown {
  const kind = Math.floor(random() * (depth > 0 ? 6 : 4));
  const many = Math.floor(random() * 4);
  if (kind === 0) return anyText(random);
  if (kind === 1) return (random() - 0.5) * 10 ** Math.floor(random() * 300);
  if (kind === 2) return pick(random, ODD);
  if (kind === 3) return random() < 0.5;
  const members = Array.from({ length: many }, () => anyValue(random, depth - 1));
  if (kind === 4) return members;
  return Object.fromEntries(members.map((member) => [random() < 0.3 ? pick(random, NAMES) : anyText(random), member]));
}

function anyText(random: Random): string {
  const length = Math.floor(random() ** 3 * 60);
  const most = pick(random, [0x7f, 0xff, 0xffff]);
  return Array.from({ length }, () => String.fromCharCode(Math.floor(random() * (most + 1)))).join('');
}

function torn(random: Random, text: string): string {
  const at = Math.floor(random() * text.length);
  const letter = String.fromCharCode(32 + Math.floor(random() * 95));
  return pick(random, [
    text.slice(0, at),
    text.slice(at),
    text.slice(0, at) + letter + text.slice(at + 1),
    text.slice(0, at) + letter + text.slice(at),
    text.slice(0, at) + text.slice(at + 1),
    text + text,
    ` \n${text}\t`,
  ]);
}
