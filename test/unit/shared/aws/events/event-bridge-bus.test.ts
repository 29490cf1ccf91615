import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { DENIED_TRIES } from '../../../../../shared/aws/base/send-batches.js';
import { EventBridgeBus } from '../../../../../shared/aws/events/event-bridge-bus.js';
import type { Envelope } from '../../../../../shared/domain/wire/envelope.js';
import { anEnvelope } from '../../../../kit/generators/sample-messages.js';

const client = mockClient(EventBridgeClient);
const bus = new EventBridgeBus(new EventBridgeClient({ region: 'us-east-1' }), 'the-bus', { firstDelay: 1 });

/** Answers each entry of each call by what `judge` says of its envelope: an error code, or nothing. */
function answer(judge: (envelope: Envelope, call: number) => string | undefined): void {
  let call = 0;
  client.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => {
    call++;
    return {
      Entries: (input.Entries ?? []).map(({ Detail = '' }) => {
        const ErrorCode = judge(JSON.parse(Detail) as Envelope, call);
        return ErrorCode === undefined ? { EventId: 'e' } : { ErrorCode, ErrorMessage: `${ErrorCode}!` };
      }),
    };
  });
}

const calls = () => client.commandCalls(PutEventsCommand).map(({ args }) => args[0].input.Entries ?? []);
const envelopes = (count: number, given: Partial<Envelope> = {}) =>
  Array.from({ length: count }, (_, index) => anEnvelope({ data: index, ...given }));

function refuseCalls(name: string, when: (entries: number) => boolean = () => true): void {
  client.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => {
    if (when(input.Entries?.length ?? 0)) throw Object.assign(new Error(`${name}!`), { name });
    return { Entries: (input.Entries ?? []).map(() => ({ EventId: 'e' })) };
  });
}

beforeEach(() => client.reset());

describe('EventBridgeBus', () => {
  it('maps an envelope to an entry', async () => {
    answer(() => undefined);
    const envelope = anEnvelope();
    await bus.publish([envelope]);
    expect(calls()).toEqual([
      [
        {
          EventBusName: 'the-bus',
          Source: envelope.source,
          DetailType: envelope.type,
          Detail: JSON.stringify(envelope),
          Time: new Date(envelope.time),
        },
      ],
    ]);
  });

  it('puts at most ten entries into a call', async () => {
    answer(() => undefined);
    await bus.publish(envelopes(23));
    expect(calls().map(({ length }) => length)).toEqual([10, 10, 3]);
  });

  it('puts at most a megabyte into a call', async () => {
    answer(() => undefined);
    const results = await bus.publish(envelopes(7, { data: 'ü'.repeat(150_000) }));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(calls().map(({ length }) => length)).toEqual([3, 3, 1]);
  });

  it('refuses one that is too large for any call, and sends the others', async () => {
    answer(() => undefined);
    const results = await bus.publish([anEnvelope(), anEnvelope({ data: 'x'.repeat(1_000_000) }), anEnvelope()]);
    expect(results).toMatchObject([{ ok: true }, { ok: false, retryable: false, code: 'TOO_LARGE' }, { ok: true }]);
    expect(calls().flat()).toHaveLength(2);
  });

  it('puts one detail-type and one source into a call, results in the order given', async () => {
    answer(({ type }) => (type === 'B' ? 'MalformedDetail' : undefined));
    const types = ['A', 'B', 'A', 'C', 'B', 'A'];
    const mixed = types.map((type, at) => anEnvelope({ type, source: `laneway.x.client.${at === 5 ? 'two' : 'one'}` }));
    const results = await bus.publish(mixed);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true, true, false, true]);
    expect(
      calls().map((entries) => entries.map(({ DetailType, Source }) => `${DetailType} ${Source?.slice(-3)}`)),
    ).toEqual([['A one', 'A one'], ['B one', 'B one'], ['C one'], ['A two']]);
  });

  it('repeats only the entries that failed', async () => {
    answer(({ data }, call) => (data === 1 && call < 3 ? 'ThrottlingException' : undefined));
    const results = await bus.publish(envelopes(3));
    expect(results).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(calls().map(({ length }) => length)).toEqual([3, 1, 1]);
  });

  it('gives up after four tries, and says that a later one may help', async () => {
    answer(({ data }) => (data === 1 ? 'InternalFailure' : undefined));
    const results = await bus.publish(envelopes(2));
    const message = 'InternalFailure!';
    expect(results).toEqual([{ ok: true }, { ok: false, retryable: true, code: 'InternalFailure', message }]);
    expect(calls().map(({ length }) => length)).toEqual([2, 1, 1, 1]);
  });

  it.each(['MalformedDetail', 'InvalidArgument'])('does not repeat %s', async (code) => {
    answer(({ data }) => (data === 0 ? code : undefined));
    expect(await bus.publish(envelopes(2))).toMatchObject([{ ok: false, retryable: false, code }, { ok: true }]);
    expect(calls()).toHaveLength(1);
  });

  it.each(['NotAuthorizedForSourceException', 'NotAuthorizedForDetailTypeException', 'AccessDenied'])(
    'repeats %s, which a grant that is still spreading explains, and sends the entry once it is known',
    async (code) => {
      answer(({ data }, call) => (data === 0 && call < 7 ? code : undefined));
      expect(await bus.publish(envelopes(2))).toEqual([{ ok: true }, { ok: true }]);
      expect(calls().map(({ length }) => length)).toEqual([2, 1, 1, 1, 1, 1, 1]);
    },
  );

  it('gives every entry of a call that stays denied a result that may be repeated later', async () => {
    refuseCalls('AccessDeniedException');
    const results = await bus.publish(envelopes(2));
    const code = 'AccessDeniedException';
    const denied = { ok: false, retryable: true, code, message: `${code}!`, denied: true };
    expect(results).toEqual([denied, denied]);
    expect(calls()).toHaveLength(DENIED_TRIES);
  });

  it('gives every entry of a failed call a retryable result, and leaves other calls alone', async () => {
    refuseCalls('TimeoutError', (entries) => entries === 10);
    const results = await bus.publish(envelopes(12));
    expect(results.slice(0, 10).every((result) => !result.ok && result.retryable)).toBe(true);
    expect(results.slice(10)).toEqual([{ ok: true }, { ok: true }]);
  });

  it('splits a call that is malformed as a whole, so that neighbours go through', async () => {
    client.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => {
      const bad = (input.Entries ?? []).some(({ Detail }) => (JSON.parse(Detail ?? '') as Envelope).data === 2);
      if (bad) throw Object.assign(new Error('bad entry'), { name: 'ValidationException' });
      return { Entries: (input.Entries ?? []).map(() => ({ EventId: 'e' })) };
    });
    const results = await bus.publish(envelopes(4));
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true]);
    expect(results[2]).toMatchObject({ retryable: false, code: 'ValidationException' });
  });

  it('repeats entries that the service forgot in its answer', async () => {
    client
      .on(PutEventsCommand)
      .resolvesOnce({ Entries: [{ EventId: 'e' }] })
      .resolves({ Entries: [{ EventId: 'e' }] });
    expect(await bus.publish(envelopes(2))).toEqual([{ ok: true }, { ok: true }]);
    expect(calls().map(({ length }) => length)).toEqual([2, 1]);
  });
});
