import { originOf } from '../../../../../shared/domain/wire/writers.js';
import * as fc from 'fast-check';
import { behind } from '../../../../../shared/domain/delivery/lineage.js';
import {
  account,
  entryId,
  orderCausally,
  type LedgerEntry,
} from '../../../../../shared/domain/evidence/conversation.js';
import {
  envelopeOf,
  deliveryKeyOf,
  factsOf,
  type DeliveryRecord,
  type Emission,
} from '../../../../../shared/domain/delivery/delivery.js';
import type { Envelope } from '../../../../../shared/domain/wire/envelope.js';
import type { RequestEntry } from '../../../../../shared/domain/evidence/ledger-writer.js';
import { anEmission, anEnvelope, SOME_ERROR } from '../../../../kit/generators/sample-messages.js';

const T = Date.UTC(2026, 0, 1);
const at = (offset: number) => new Date(T + offset).toISOString();

function delivery(
  envelope: Envelope,
  receiver: string,
  time: number,
  given: Partial<DeliveryRecord> = {},
): LedgerEntry {
  const record: DeliveryRecord = {
    ...deliveryKeyOf(envelope, receiver),
    facts: factsOf(envelope),
    state: 'completed',
    tries: 1,
    emissions: [],
    firstReceived: at(time),
    updated: at(time + 1),
    ...given,
  };
  return { kind: 'delivery', at: record.firstReceived, delivery: record };
}

function deadLetterOf(entry: LedgerEntry, time: number): LedgerEntry {
  if (entry.kind !== 'delivery') throw new Error('a delivery was meant');
  const { correlationId, messageId, receiver, facts } = entry.delivery;
  return {
    kind: 'dead-letter',
    at: at(time),
    deadLetter: {
      id: `letter of ${messageId}`,
      correlationId,
      messageId,
      receiver,
      facts,
      reason: 'exhausted',
      signature: 's',
      error: SOME_ERROR,
      tries: 3,
      at: at(time),
      bodyRef: 'b',
    },
  };
}

function closed(given: Partial<RequestEntry>, time: number): LedgerEntry {
  const request: RequestEntry = {
    correlationId: 'c',
    requestId: 'r',
    type: 'Ask',
    state: 'replied',
    by: 'b',
    at: at(time),
    ...given,
  };
  return { kind: 'request', at: request.at, request };
}

/** A conversation of a tree of messages whose clocks lie; causes before effects. */
function conversation(shape: readonly { parent: number; time: number; emitted: boolean }[]): LedgerEntry[] {
  const start = anEnvelope();
  const nodes: { envelope: Envelope; emissions: Emission[]; time: number }[] = [
    { envelope: start, emissions: [], time: 0 },
  ];
  for (const { parent, time, emitted } of shape) {
    const cause = nodes[parent % nodes.length];
    if (!cause) continue;
    const emission = anEmission({ expected: ['worker'] });
    if (emitted) cause.emissions.push(emission);
    const envelope = envelopeOf(emission, behind(cause.envelope), 'laneway.sample.agent.worker');
    nodes.push({ envelope, emissions: [], time });
  }
  return [
    { kind: 'message', at: at(50), intent: { envelope: start, expected: ['worker'] } },
    ...nodes.map(({ envelope, emissions, time }) => delivery(envelope, 'worker', time, { emissions })),
  ];
}

const shapes = fc.array(
  fc.record({ parent: fc.nat(20), time: fc.integer({ min: -99, max: 99 }), emitted: fc.boolean() }),
  {
    maxLength: 20,
  },
);

describe('orderCausally', () => {
  it('puts every cause before its effect, whatever the clocks and the order of reading', () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.nat()), (shape, shuffle) => {
        const entries = conversation(shape);
        const shuffled = entries
          .map((entry) => ({ entry, key: shuffle.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ entry }) => entry);
        const ordered = orderCausally(shuffled);
        expect(ordered.map(entryId)).toEqual(orderCausally(entries).map(entryId));
        expect(new Set(ordered)).toEqual(new Set(entries));
        const handled = new Set<string>();
        for (const entry of ordered.slice(1)) {
          if (entry.kind !== 'delivery') throw new Error('the message must come first');
          const { causationId } = entry.delivery.facts;
          if (causationId !== undefined) expect(handled).toContain(causationId);
          handled.add(entry.delivery.messageId);
        }
      }),
    );
  });

  it('orders what no cause orders by time', () => {
    const envelope = anEnvelope();
    const [late, early] = [delivery(envelope, 'a', 9), delivery(envelope, 'b', 3)];
    expect(orderCausally([late, early])).toEqual([early, late]);
  });

  it('ties an emission to the receiver that emitted it, not to the others', () => {
    const envelope = anEnvelope();
    const emission = anEmission();
    const slow = delivery(envelope, 'slow', 90);
    const fast = delivery(envelope, 'fast', 10, { emissions: [emission] });
    const effect = delivery(envelopeOf(emission, behind(envelope), 'laneway.sample.agent.fast'), 'asker', 5);
    expect(orderCausally([effect, slow, fast])).toEqual([fast, effect, slow]);
  });

  it('ties a message that no emission lists to the delivery of its source', () => {
    const envelope = anEnvelope();
    const slow = delivery(envelope, 'slow', 90);
    const fast = delivery(envelope, 'fast', 10);
    const effect = delivery(envelopeOf(anEmission(), behind(envelope), 'laneway.sample.agent.fast'), 'asker', 5);
    const platform = delivery(envelopeOf(anEmission(), behind(envelope), 'laneway.sample.platform.x'), 'asker', 6);
    expect(orderCausally([platform, effect, slow, fast])).toEqual([fast, effect, slow, platform]);
  });

  it('puts a dead letter after its delivery, and the close of a request after command and reply', () => {
    const command = anEmission({ type: 'Ask', requestid: 'r' });
    const reply = anEmission({ requestid: 'r' });
    const start = anEnvelope();
    const asked = delivery(start, 'asker', 30, { emissions: [command] });
    const commanded = envelopeOf(command, behind(start), 'laneway.sample.agent.asker');
    const answered = delivery(commanded, 'answerer', 20, { emissions: [reply], state: 'dead-lettered' });
    const close = closed({ by: reply.id }, 1);
    const timedOut = closed({ by: 'timer', state: 'timed-out' }, 2);
    const letter = deadLetterOf(answered, 0);
    const ordered = orderCausally([letter, close, timedOut, answered, asked]);
    expect(ordered).toEqual([asked, timedOut, answered, letter, close]);
  });

  it('ends on a circle of causes', () => {
    const a = anEnvelope({ id: 'a', causationid: 'b' });
    const b = anEnvelope({ id: 'b', causationid: 'a' });
    const entries = [delivery(b, 'x', 2), delivery(a, 'x', 1)];
    expect(orderCausally(entries).map(entryId)).toEqual(['d#a#agent.asker/questions#x', 'd#b#agent.asker/questions#x']);
  });
});

describe('account', () => {
  it('always adds up, and is at rest when nothing is in flight', () => {
    const states = fc.constantFrom('leased', 'retrying', 'completed', 'expired', 'dead-lettered' as const);
    fc.assert(
      fc.property(fc.array(fc.record({ state: states, listed: fc.boolean(), lost: fc.boolean() })), (given) => {
        const entries: LedgerEntry[] = given.flatMap(({ state, listed, lost }) => {
          const envelope = anEnvelope();
          const expected = listed || lost ? ['worker'] : [];
          const message: LedgerEntry = { kind: 'message', at: envelope.time, intent: { envelope, expected } };
          return lost ? [message] : [message, delivery(envelope, 'worker', 0, { state })];
        });
        const result = account(entries);
        expect(result.expected).toBe(given.length);
        expect(result.completed + result.expired + result.deadLettered + result.inFlight.length).toBe(result.expected);
        const settled = given.filter(({ state, lost }) => !lost && state !== 'leased' && state !== 'retrying').length;
        expect(result.inFlight).toHaveLength(given.length - settled);
        expect(result.missing).toHaveLength(given.filter(({ lost }) => lost).length);
        expect(result.atRest).toBe(settled === given.length);
      }),
    );
  });

  it('counts a delivery once, though message and emission both list it', () => {
    const emission = anEmission({ expected: ['worker', 'other'] });
    const start = anEnvelope();
    const envelope = envelopeOf(emission, behind(start), 'laneway.sample.agent.asker');
    const entries: LedgerEntry[] = [
      delivery(start, 'asker', 0, { emissions: [emission] }),
      { kind: 'message', at: envelope.time, intent: { envelope, expected: ['worker'] } },
      delivery(envelope, 'worker', 1),
    ];
    const other = { messageId: envelope.id, origin: originOf(envelope), receiver: 'other', type: envelope.type };
    expect(account(entries)).toEqual({
      expected: 3,
      completed: 2,
      expired: 0,
      deadLettered: 0,
      inFlight: [{ ...other, state: 'missing' }],
      missing: [other],
      withoutLetter: [],
      atRest: false,
    });
  });

  it('names dead-lettered deliveries whose letter is not there', () => {
    const [one, two] = [anEnvelope(), anEnvelope()].map((envelope) =>
      delivery(envelope, 'worker', 0, { state: 'dead-lettered' }),
    );
    if (one?.kind !== 'delivery' || two?.kind !== 'delivery') throw new Error('two deliveries were meant');
    const result = account([one, deadLetterOf(one, 2), two]);
    expect(result.deadLettered).toBe(2);
    expect(result.withoutLetter.map(({ messageId }) => messageId)).toEqual([two.delivery.messageId]);
  });
});
