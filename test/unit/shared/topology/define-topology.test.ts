import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { parcels } from '../../../kit/applications/parcel-topology.js';

const Happened = event('Happened', z.object({}));
const DoIt = command('DoIt', z.object({}));

test('lanes are what the channels of an agent can use, highest first', () => {
  expect(parcels.model.agents['desk']?.lanes).toEqual(['critical', 'normal']);
  expect(parcels.model.agents['scales']?.lanes).toEqual(['high', 'normal']);
});

test('replies are implied, and so are acknowledgements where a channel asks for them', () => {
  expect(parcels.model.agents['scales']?.publishes).toEqual(['ParcelWeighed']);
  expect(parcels.model.agents['desk']?.publishes).toEqual([
    ...['WeighParcel', 'StampParcel', 'MessageAcknowledged', 'RequestCancelled'],
  ]);
});

test('the system channels are there without being declared', () => {
  expect(parcels.model.channels['system.errors']).toMatchObject({
    carries: ['ErrorReported'],
    subscribers: ['auditor'],
    system: true,
  });
});

test('an unknown channel is refused with the known ones and the likely one', () => {
  const define = () =>
    defineTopology('app', {
      channels: { 'a.requests': { carries: [DoIt] } },
      // @ts-expect-error the compiler refuses it too
      agents: { one: { subscribes: ['a.request'] } },
    });
  expect(define).toThrow(
    /agent 'one' subscribes to 'a.request'\n {2}known: a.requests, .*\n {2}did you mean 'a.requests'\? {3}\(app, agents.one.subscribes\[0\]\)/,
  );
});

test('a published type without a carrier is refused', () => {
  const define = () =>
    defineTopology('app', {
      channels: { a: { carries: [Happened] } },
      agents: {},
      clients: { c: { publishes: [DoIt] } },
    });
  expect(define).toThrow(/clients.c publishes DoIt, which no channel carries/);
});

test('several carriers need one default', () => {
  const define = (first: boolean) =>
    defineTopology('app', {
      channels: { a: { carries: [Happened], default: first }, b: { carries: [Happened] } },
      agents: {},
      clients: { c: { publishes: [Happened] } },
    });
  expect(() => define(false)).toThrow(/Happened is carried by a, b/);
  expect(define(true).model.channels['a']?.default).toBe(true);
});

test('a command that nobody handles is refused', () => {
  expect(() => defineTopology('app', { channels: { a: { carries: [DoIt] } }, agents: {} })).toThrow(
    /no agent subscribes/,
  );
});

test('an ingress takes events of others only', () => {
  const define = (source: unknown) =>
    defineTopology('app', {
      channels: { a: { carries: [Happened] } },
      agents: {},
      ingress: { x: { pattern: { source }, as: Happened, map: () => ({}) } },
    });
  expect(() => define(['laneway.app.agent.x'])).toThrow(/'laneway.' are ours/);
  expect(() => define(undefined)).toThrow(/ingress.x.pattern.source/);
  expect(define(['com.example']).model.ingress['x']?.as).toBe('Happened');
});

test.each([
  ['batchSize', { batchSize: 11 }, /1 to 10/],
  ['tries', { tries: 0 }, /1 to 20/],
  ['priorities', { priorities: [] }, /one or more of critical/],
  ['backoff', { backoff: { first: '2 minutes', most: '1 minute' } }, /first not longer than most/],
  ['expires', { expires: '5 fortnights' }, /is not a duration/],
  [
    'life',
    { expires: '14 days', tries: 20, backoff: { first: '1 hour', most: '12 hours' } },
    /lives up to 348.25 hours/,
  ],
  ['life', { expires: '400 days' }, /channels\['a'\].qos: .* expires '400 days', .* 15 minutes[^]*allowed: 96 hours/],
  ['life', { expires: '4 days' }, /shorten `expires` or `backoff.most`/],
] as const)('a %s out of bounds is refused with what is allowed', (_name, qos, message) => {
  const define = () =>
    defineTopology('app', { channels: { a: { carries: [Happened], qos: qos as never } }, agents: {} });
  expect(define).toThrow(message);
});

test('a message may last until its lane drops it, with the longest wait and the grace', () => {
  const backoff = { first: '1 second', most: '12 hours' } as const;
  const define = (expires: '83.75 hours' | '83.76 hours') =>
    defineTopology('app', { channels: { a: { carries: [Happened], qos: { expires, backoff } } }, agents: {} });
  expect(define('83.75 hours').model.channels['a']?.qos.expires).toBe('83.75 hours');
  expect(() => define('83.76 hours')).toThrow(/lives up to 96.01 hours/);
});

test('two types of one name are refused', () => {
  const Twin = event('Happened', z.object({ other: z.string() }));
  expect(() =>
    defineTopology('app', { channels: { a: { carries: [Happened] }, b: { carries: [Twin] } }, agents: {} }),
  ).toThrow(/two different message types are named Happened/);
});

describe('where an agent runs', () => {
  const define = (runs?: 'lambda' | 'worker') =>
    defineTopology('app', {
      channels: { a: { carries: [Happened] } },
      agents: { one: { subscribes: ['a'], ...(runs === undefined ? {} : { runs }) } },
    });

  it('is a Lambda function, or what the agent says', () => {
    expect(define().model.agents['one']?.runs).toBe('lambda');
    expect(define('lambda').model.agents['one']?.runs).toBe('lambda');
    expect(define('worker').model.agents['one']?.runs).toBe('worker');
  });

  it.each(['fargate', '', null, 1])('is not %p: refused with what is allowed', (runs) => {
    expect(() => define(runs as never)).toThrow(
      `agents.one.runs is ${JSON.stringify(runs)}\n  allowed: 'lambda' or 'worker'   (app)`,
    );
  });

  it('is checked by the compiler', () => {
    defineTopology('app', { channels: {}, agents: { one: { subscribes: [], runs: 'worker' } } });
    expect(() =>
      // @ts-expect-error not one of the two
      defineTopology('app', { channels: {}, agents: { one: { subscribes: [], runs: 'container' } } }),
    ).toThrow(/runs is "container"/);
  });
});
