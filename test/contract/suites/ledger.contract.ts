import { originOf } from '../../../shared/domain/wire/writers.js';
import { deliveryId } from '../../../shared/domain/evidence/conversation.js';
import { createHash } from 'node:crypto';
import { behind } from '../../../shared/domain/delivery/lineage.js';
import { account, type LedgerReader } from '../../../shared/domain/evidence/conversation.js';
import type { DeadLetterEntry } from '../../../shared/domain/delivery/dead-letter.js';
import { factsOf, envelopeOf, type DeliveryKey, type Intent } from '../../../shared/domain/delivery/delivery.js';
import { newId } from '../../../shared/domain/base/ids.js';
import type { DeliveryStore } from '../../../shared/domain/delivery/delivery-store.js';
import type { EscalationEntry, LedgerWriter, RequestEntry } from '../../../shared/domain/evidence/ledger-writer.js';
import type { DueIntent, IntentStore } from '../../../shared/domain/delivery/intent-store.js';
import type { DeferredReply, DeferredReplyStore } from '../../../shared/domain/request/deferred-replies.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import type { PayloadStore } from '../../../shared/domain/wire/payload-store.js';
import { anEmission, anEnvelope, anOutcome, keyOfDelivery, SOME_ERROR } from '../../kit/generators/sample-messages.js';

/** The ports that share the ledger table. */
export interface LedgerUnderTest {
  readonly deliveries: DeliveryStore;
  readonly intents: IntentStore;
  readonly deferredReplies: DeferredReplyStore;
  readonly writer: LedgerWriter;
  readonly reader: LedgerReader;
  readonly payloads: PayloadStore;
  /** Rows that were passed over since the last call, by their places. */
  readonly passedOver: () => readonly string[];
  /** Puts half a row in the place of a message's intent. */
  readonly spoilMessage: (envelope: Envelope) => Promise<void>;
  /** Puts a delivery in a state that is none. */
  readonly spoilDelivery: (key: DeliveryKey) => Promise<void>;
}

const T = Date.UTC(2026, 0, 1);

/** Demands on every ledger: intents, put-off replies, dead letters, requests, whole conversations. */
export function ledgerContract(make: () => Promise<LedgerUnderTest>): void {
  let ledger: LedgerUnderTest;
  beforeAll(async () => {
    ledger = await make();
  });

  const due = async (after: number, until: number): Promise<DueIntent[]> => {
    const found = [];
    for await (const intent of ledger.intents.due(after, until)) found.push(intent);
    return found;
  };

  it('finds the intent that the writer of a source recorded, long payloads by their reference', async () => {
    const intent: Intent = { envelope: anEnvelope(), expected: ['a'] };
    const long: Intent = { envelope: { ...anEnvelope(), data: 'x'.repeat(40_000) }, expected: [] };
    await ledger.intents.record([intent, long], Date.UTC(2026, 6, 1));
    expect(await ledger.intents.find(intent.envelope)).toEqual(intent);
    expect((await ledger.intents.find(long.envelope))?.envelope.dataref).toBeDefined();
    for (const other of [{ id: 'other' }, { correlationid: 'other' }, { source: 'laneway.other.client.x' }])
      expect(await ledger.intents.find({ ...intent.envelope, ...other })).toBeUndefined();
    expect(await ledger.intents.find({ ...intent.envelope, source: 'com.example' })).toBeUndefined();
  });

  it('records intents, many at a time, once each, and lists them by due time', async () => {
    const base = Date.UTC(2026, 6, 1, 10, 59, 59, 500);
    const intents = Array.from({ length: 60 }, (): Intent => ({ envelope: anEnvelope(), expected: ['a', 'b'] }));
    await ledger.intents.record(intents, base);
    await ledger.intents.record([...intents, ...intents], base);
    const late: Intent = { envelope: anEnvelope(), expected: [] };
    await ledger.intents.record([late], base + 1_000);
    await ledger.intents.record([], base);
    const found = await due(base - 1, base + 1_000);
    expect(found).toHaveLength(61);
    expect(new Set(found.slice(0, 60))).toEqual(new Set(intents.map((intent) => ({ ...intent, due: base }))));
    expect(found[60]).toEqual({ ...late, due: base + 1_000 });
    expect(await due(base, base + 1_000)).toHaveLength(1);
    expect(await due(base + 1_000, base + 9_000_000)).toEqual([]);
  });

  it('keeps the payload of a big intent apart, and gives back a message that is as good', async () => {
    const base = Date.UTC(2026, 7, 1);
    const data = { text: 'ä'.repeat(30_000) };
    const envelope = anEnvelope({ data });
    await ledger.intents.record([{ envelope, expected: ['a'] }], base);
    const [found] = await due(base - 1, base);
    const { data: none, dataref, datadigest, datasize, ...rest } = found?.envelope ?? anEnvelope();
    const { data: _data, ...sent } = envelope;
    expect(none).toBeUndefined();
    expect(rest).toEqual(sent);
    const text = JSON.stringify(data);
    expect({ datadigest, datasize }).toEqual({
      datadigest: createHash('sha256').update(text).digest('hex'),
      datasize: Buffer.byteLength(text),
    });
    expect(JSON.parse(await ledger.payloads.get(dataref ?? ''))).toEqual(data);
  });

  it('keeps the first body of an id, and says so; the same body again renews its times', async () => {
    const base = Date.UTC(2026, 8, 1);
    for (const data of [{ text: 'first' }, { text: 'ä'.repeat(30_000) }]) {
      const envelope = anEnvelope({ data });
      const expected = ['a'];
      expect(await ledger.intents.record([{ envelope, expected }], base)).toBeUndefined();
      const [standing] = await due(base - 1, base);
      const other = { ...envelope, data: { text: 'second' }, expires: '2026-12-01T00:00:00.000Z' };
      const { due: _due, ...first } = standing ?? { due: 0 };
      expect(await ledger.intents.record([{ envelope: other, expected }], base + 5)).toEqual([first]);
      expect(await due(base - 1, base + 5)).toEqual([standing]);
      const again = { ...envelope, expires: '2026-12-01T00:00:00.000Z' };
      expect(await ledger.intents.record([{ envelope: again, expected }], base + 5)).toBeUndefined();
      const [renewed] = await due(base, base + 5);
      expect(renewed?.envelope.expires).toBe(again.expires);
      const conversation = await ledger.reader.conversation(envelope.correlationid);
      expect(conversation).toHaveLength(1);
      await ledger.intents.record([{ envelope: again, expected }], base + 900_000_000);
    }
  });

  it('lets no publisher take the id of another: each has its own message under it', async () => {
    const base = Date.UTC(2026, 9, 1);
    const envelope = anEnvelope({ source: 'laneway.sample.platform.sweeper' });
    const taken = { ...envelope, source: 'laneway.sample.client.asker', data: { text: 'another' } };
    expect(await ledger.intents.record([{ envelope: taken, expected: [] }], base)).toBeUndefined();
    expect(await ledger.intents.record([{ envelope, expected: [] }], base + 1)).toBeUndefined();
    expect((await due(base - 1, base + 1)).map((intent) => intent.envelope)).toEqual([taken, envelope]);
    expect(await ledger.reader.conversation(envelope.correlationid)).toHaveLength(2);
    // Programs of the platform know each other's messages: of one decision that several take down, one is sent.
    const repeated = { ...envelope, source: 'laneway.sample.platform.operator', data: { text: 'a third' } };
    expect(await ledger.intents.record([{ envelope: repeated, expected: [] }], base + 1)).toMatchObject([{ envelope }]);
  });

  it('puts replies off by agent, command and key', async () => {
    const { data: _data, ...envelope } = anEnvelope();
    const command = envelope.type;
    const later: DeferredReply = { agent: newId(), command, key: 'a#b', envelope, forgetAfter: 1_900_000_000 };
    await ledger.deferredReplies.put(later);
    expect(await ledger.deferredReplies.get(later.agent, command, 'a#b')).toEqual(later);
    expect(await ledger.deferredReplies.get(later.agent, command, 'a')).toBeUndefined();
    expect(await ledger.deferredReplies.get('other', command, 'a#b')).toBeUndefined();
    await ledger.deferredReplies.put({ ...later, forgetAfter: 1_900_000_001 });
    expect((await ledger.deferredReplies.get(later.agent, command, 'a#b'))?.forgetAfter).toBe(1_900_000_001);
  });

  it('keeps the first version of dead letters and requests', async () => {
    const correlationId = newId();
    const letter: DeadLetterEntry = {
      id: newId(),
      correlationId,
      receiver: 'worker',
      reason: 'unparseable',
      signature: 'UNPARSEABLE|x|y',
      error: SOME_ERROR,
      tries: 0,
      at: '2026-01-01T00:00:01.000Z',
      bodyRef: 'dead-letters/1',
    };
    const request: RequestEntry = {
      correlationId,
      requestId: newId(),
      type: 'Ask',
      state: 'replied',
      by: newId(),
      at: '2026-01-01T00:00:02.000Z',
    };
    await ledger.writer.deadLetter(letter);
    await ledger.writer.deadLetter({ ...letter, at: '2026-01-02T00:00:00.000Z' });
    await ledger.writer.request(request);
    await ledger.writer.request({ ...request, at: '2026-01-02T00:00:00.000Z' });
    const late = { ...request, state: 'late' as const, by: newId(), at: '2026-01-01T00:00:03.000Z' };
    await ledger.writer.request(late);
    expect(await ledger.reader.conversation(correlationId)).toEqual([
      { kind: 'dead-letter', at: letter.at, deadLetter: letter },
      { kind: 'request', at: request.at, request },
      { kind: 'request', at: late.at, request: late },
    ]);
  });

  it('keeps the rungs of a request, each once, between the attempts that they stand between', async () => {
    const requestid = newId();
    const attempt = (number: number, time: number) =>
      anEnvelope({ requestid, attempt: number, time: new Date(T + time).toISOString() });
    // The platform's clock is behind the requester's.
    const [first, second] = [attempt(1, 9_000), attempt(2, 3_000)];
    const correlationId = first.correlationid;
    const next = { ...second, correlationid: correlationId, causationid: first.id };
    const rung: EscalationEntry = {
      ...{ correlationId, requestId: requestid, type: first.type, step: 1, rung: 'retry', attempt: 2 },
      because: { state: 'failed', attempt: 1, by: newId(), messageId: first.id, error: SOME_ERROR },
      ...{ messageId: next.id, receiver: 'first', channel: first.channel },
      at: new Date(T + 2_000).toISOString(),
    };
    const { messageId: _none, receiver: _nobody, ...last } = { ...rung, step: 2, rung: 'abort' as const };
    await ledger.writer.escalation(last);
    await ledger.writer.escalation(rung);
    await ledger.writer.escalation({ ...rung, at: new Date(T + 60_000).toISOString() });
    await ledger.intents.record([{ envelope: next, expected: [] }], T);
    await ledger.intents.record([{ envelope: first, expected: [] }], T);
    expect(await ledger.reader.conversation(correlationId)).toEqual([
      expect.objectContaining({ kind: 'message', at: first.time }),
      { kind: 'escalation', at: rung.at, escalation: rung },
      { kind: 'escalation', at: last.at, escalation: last },
      expect.objectContaining({ kind: 'message', at: next.time }),
    ]);
  });

  it('rebuilds a conversation in causal order, whatever the clocks said, and accounts for it', async () => {
    const envelope = anEnvelope({ time: new Date(T + 5_000).toISOString() });
    await ledger.intents.record([{ envelope, expected: ['first', 'lost'] }], T);
    const emission = anEmission({ expected: ['second'] });
    const first = keyOfDelivery(envelope, 'first');
    // The receiver's clock is behind the publisher's, and the second receiver's behind the first's.
    await ledger.deliveries.lease(first, factsOf(envelope), {
      owner: 'a',
      now: T + 3_000,
      until: T + 9_000,
      alone: false,
    });
    await ledger.payloads.put('emissions/contract', JSON.stringify([emission]));
    await ledger.deliveries.settle(first, 'a', anOutcome(T + 4_000, { emissionsRef: 'emissions/contract' }));
    const answer = envelopeOf(emission, behind(envelope), 'laneway.sample.agent.first');
    const second = keyOfDelivery(answer, 'second');
    await ledger.deliveries.lease(second, factsOf(answer), { owner: 'b', now: T, until: T + 1_000, alone: false });
    await ledger.deliveries.settle(second, 'b', anOutcome(T + 500, { state: 'dead-lettered', error: SOME_ERROR }));

    const entries = await ledger.reader.conversation(envelope.correlationid);
    expect(entries.map((entry) => (entry.kind === 'delivery' ? entry.delivery.receiver : entry.kind))).toEqual([
      'message',
      'first',
      'second',
    ]);
    expect(account(entries)).toMatchObject({
      expected: 3,
      completed: 1,
      expired: 0,
      deadLettered: 1,
      missing: [{ messageId: envelope.id, origin: originOf(envelope), receiver: 'lost', type: envelope.type }],
      withoutLetter: [{ messageId: answer.id, receiver: 'second' }],
      atRest: false,
    });
  });

  it('reads a conversation of many pages', async () => {
    const correlationid = newId();
    const intents = Array.from({ length: 60 }, (): Intent => ({
      envelope: anEnvelope({ correlationid, data: 'x'.repeat(28_000) }),
      expected: ['a'],
    }));
    await ledger.intents.record(intents, T);
    expect(await ledger.reader.conversation(correlationid)).toHaveLength(60);
  });

  it('passes over a message that cannot be read: its neighbours come, in the conversation and among what is due', async () => {
    const base = Date.UTC(2026, 11, 24);
    const correlationid = newId();
    const intents = Array.from({ length: 3 }, (): Intent => ({
      envelope: anEnvelope({ correlationid }),
      expected: [],
    }));
    await ledger.intents.record(intents, base);
    const [first, spoilt, last] = intents.map(({ envelope }) => envelope) as [Envelope, Envelope, Envelope];
    await ledger.spoilMessage(spoilt);
    ledger.passedOver();
    const found = (await due(base - 1, base)).map(({ envelope }) => envelope.id);
    expect(new Set(found)).toEqual(new Set([first.id, last.id]));
    expect(ledger.passedOver()).toEqual([expect.stringContaining(spoilt.id)]);
    const entries = await ledger.reader.conversation(correlationid);
    expect(entries.map((entry) => entry.kind === 'message' && entry.intent.envelope.id)).toEqual(
      [first.id, last.id].sort(),
    );
    expect(ledger.passedOver()).toEqual([expect.stringContaining(spoilt.id)]);
  });

  it('passes over a delivery that cannot be read: it is no standing of its own, and nobody takes it', async () => {
    const envelope = anEnvelope();
    const [good, spoilt] = [keyOfDelivery(envelope, 'first'), keyOfDelivery(envelope, 'second')];
    const request = { owner: 'a', now: T, until: T + 9_000, alone: false };
    for (const key of [good, spoilt]) await ledger.deliveries.lease(key, factsOf(envelope), request);
    await ledger.intents.record([{ envelope, expected: ['first', 'second'] }], T);
    await ledger.spoilDelivery(spoilt);
    ledger.passedOver();
    const missing = keyOfDelivery(envelope, 'third');
    expect(await ledger.deliveries.standings([good, spoilt, missing])).toEqual([
      expect.objectContaining({ state: 'leased' }),
      'unreadable',
      undefined,
    ]);
    expect(ledger.passedOver()).toEqual([expect.stringContaining('second')]);
    const entries = await ledger.reader.conversation(envelope.correlationid);
    expect(entries.map((entry) => (entry.kind === 'delivery' ? entry.delivery.receiver : entry.kind))).toEqual([
      ...['message', 'first'],
    ]);
    await expect(ledger.deliveries.get(spoilt)).rejects.toMatchObject({ code: 'UNREADABLE', retryable: false });
  });

  it('gives a delivery whose list of emissions is gone without it, and its conversation whole', async () => {
    const envelope = anEnvelope();
    const key = keyOfDelivery(envelope, 'first');
    await ledger.deliveries.lease(key, factsOf(envelope), { owner: 'a', now: T, until: T + 9_000, alone: false });
    await ledger.deliveries.settle(key, 'a', anOutcome(T, { emissionsRef: `emissions/${newId()}` }));
    await ledger.intents.record([{ envelope, expected: ['first'] }], T);
    ledger.passedOver();
    expect(await ledger.reader.conversation(envelope.correlationid)).toMatchObject([
      { kind: 'message' },
      { delivery: { receiver: 'first', emissions: [] } },
    ]);
    expect(ledger.passedOver()).toEqual([deliveryId(key)]);
  });

  it('knows nothing of a conversation that never was', async () => {
    expect(await ledger.reader.conversation(newId())).toEqual([]);
  });
}
