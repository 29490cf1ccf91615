import { account, type LedgerReader } from '../../../shared/domain/evidence/conversation.js';
import type { DeadLetterEntry } from '../../../shared/domain/delivery/dead-letter.js';
import { factsOf, envelopeOf, type Intent } from '../../../shared/domain/delivery/delivery.js';
import { newId } from '../../../shared/domain/base/ids.js';
import type { DeliveryStore } from '../../../shared/domain/delivery/delivery-store.js';
import type { EscalationEntry, LedgerWriter, RequestEntry } from '../../../shared/domain/evidence/ledger-writer.js';
import type { DueIntent, IntentStore } from '../../../shared/domain/delivery/intent-store.js';
import type { DeferredReply, DeferredReplyStore } from '../../../shared/domain/request/deferred-replies.js';
import type { PayloadStore } from '../../../shared/domain/wire/payload-store.js';
import { anEmission, anEnvelope, anOutcome, keyOf, SOME_ERROR } from '../../kit/generators/sample-messages.js';

/** The ports that share the ledger table. */
export interface LedgerUnderTest {
  readonly deliveries: DeliveryStore;
  readonly intents: IntentStore;
  readonly later: DeferredReplyStore;
  readonly writer: LedgerWriter;
  readonly reader: LedgerReader;
  readonly payloads: PayloadStore;
}

const T = Date.UTC(2026, 0, 1);

/** What every ledger does: intents, put-off replies, dead letters, requests, whole conversations. */
export function ledgerContract(make: () => Promise<LedgerUnderTest>): void {
  let ledger: LedgerUnderTest;
  beforeAll(async () => {
    ledger = await make();
  }, 60_000);

  const due = async (after: number, until: number): Promise<DueIntent[]> => {
    const found = [];
    for await (const intent of ledger.intents.due(after, until)) found.push(intent);
    return found;
  };

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
  }, 30_000);

  it('keeps the payload of a big intent apart, and gives back a message that is as good', async () => {
    const base = Date.UTC(2026, 7, 1);
    const data = { text: 'ä'.repeat(30_000) };
    const envelope = anEnvelope({ data });
    await ledger.intents.record([{ envelope, expected: ['a'] }], base);
    const [found] = await due(base - 1, base);
    const { data: none, dataref, ...rest } = found?.envelope ?? anEnvelope();
    const { data: _data, ...sent } = envelope;
    expect(none).toBeUndefined();
    expect(rest).toEqual(sent);
    expect(JSON.parse(await ledger.payloads.get(dataref ?? ''))).toEqual(data);
  });

  it('puts replies off by agent, command and key', async () => {
    const { data: _data, ...envelope } = anEnvelope();
    const later: DeferredReply = { agent: newId(), command: 'Ask', key: 'a#b', envelope, forgetAfter: 1_900_000_000 };
    await ledger.later.put(later);
    expect(await ledger.later.get(later.agent, 'Ask', 'a#b')).toEqual(later);
    expect(await ledger.later.get(later.agent, 'Ask', 'a')).toBeUndefined();
    expect(await ledger.later.get('other', 'Ask', 'a#b')).toBeUndefined();
    await ledger.later.put({ ...later, forgetAfter: 1_900_000_001 });
    expect((await ledger.later.get(later.agent, 'Ask', 'a#b'))?.forgetAfter).toBe(1_900_000_001);
    expect(await ledger.reader.conversation(`later#${later.agent}`)).toEqual([]);
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
    const first = keyOf(envelope, 'first');
    // The receiver's clock is behind the publisher's, and the second receiver's behind the first's.
    await ledger.deliveries.lease(first, factsOf(envelope), {
      owner: 'a',
      now: T + 3_000,
      until: T + 9_000,
      alone: false,
    });
    await ledger.payloads.put('emissions/contract', JSON.stringify([emission]));
    await ledger.deliveries.settle(first, 'a', anOutcome(T + 4_000, { emissionsRef: 'emissions/contract' }));
    const answer = envelopeOf(emission, envelope, 'laneway.sample.agent.first');
    const second = keyOf(answer, 'second');
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
      missing: [{ messageId: envelope.id, receiver: 'lost', type: envelope.type }],
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
  }, 30_000);

  it('knows nothing of a conversation that never was', async () => {
    expect(await ledger.reader.conversation(newId())).toEqual([]);
  });
}
