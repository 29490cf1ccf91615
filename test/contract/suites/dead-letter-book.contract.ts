import type { DeadLetterEntry, Resolution } from '../../../shared/domain/delivery/dead-letter.js';
import { factsOf } from '../../../shared/domain/delivery/delivery.js';
import type { LedgerReader } from '../../../shared/domain/evidence/conversation.js';
import { newId } from '../../../shared/domain/base/ids.js';
import type { DeadLetterBook, OperatorEntry } from '../../../shared/domain/evidence/dead-letter-book.js';
import type { LedgerWriter } from '../../../shared/domain/evidence/ledger-writer.js';
import { anEnvelope, SOME_ERROR } from '../../kit/generators/sample-messages.js';

/** The ports that share the dead letters. */
export interface BookUnderTest {
  readonly book: DeadLetterBook;
  readonly writer: LedgerWriter;
  readonly reader: LedgerReader;
}

/** Demands on every {@link DeadLetterBook}. */
export function deadLetterBookContract(make: () => Promise<BookUnderTest>): void {
  let ledger: BookUnderTest;
  beforeAll(async () => {
    ledger = await make();
  });

  const aDeadLetter = (): DeadLetterEntry => {
    const envelope = anEnvelope();
    return {
      ...{ id: newId(), correlationId: envelope.correlationid, messageId: envelope.id, receiver: 'answerer' },
      ...{ reason: 'exhausted', signature: 'HANDLER|TypeError|broke', error: SOME_ERROR, tries: 3 },
      ...{ at: '2026-01-01T00:00:01.000Z', bodyRef: 'dead-letters/1', facts: factsOf(envelope) },
    };
  };
  const redriven: Resolution = { state: 'redriven', by: 'ada', why: 'mended', at: '2026-01-01T01:00:00.000Z' };
  const all = async (): Promise<Map<string, DeadLetterEntry>> => {
    const found = new Map<string, DeadLetterEntry>();
    for await (const letter of ledger.book.all()) found.set(letter.id, letter);
    return found;
  };

  it('lists every dead letter of every conversation, and finds one', async () => {
    const letters = [
      ...Array.from({ length: 30 }, aDeadLetter),
      { ...aDeadLetter(), correlationId: `unparsed#${newId()}` },
    ];
    for (const letter of letters) await ledger.writer.deadLetter(letter);
    const found = await all();
    for (const letter of letters) {
      expect(found.get(letter.id)).toEqual(letter);
      expect(await ledger.book.find(letter.id)).toEqual(letter);
    }
    expect(await ledger.book.find(newId())).toBeUndefined();
  });

  it('resolves a letter that stands as it was seen, once', async () => {
    const letter = aDeadLetter();
    await ledger.writer.deadLetter(letter);
    const resolved = { ...letter, redrives: 1, resolution: redriven };
    const results = await Promise.all(Array.from({ length: 6 }, () => ledger.book.resolve(letter, resolved)));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await ledger.book.find(letter.id)).toEqual(resolved);
    expect((await all()).get(letter.id)).toEqual(resolved);
    expect(await ledger.book.resolve(aDeadLetter(), { ...aDeadLetter(), resolution: redriven })).toBe(false);
  });

  it('opens a redriven letter again by a later one, never by a repetition of the first', async () => {
    const letter = aDeadLetter();
    await ledger.writer.deadLetter(letter);
    await ledger.writer.deadLetter({ ...letter, at: '2026-01-01T00:00:09.000Z' });
    const resolved = { ...letter, redrives: 1, resolution: redriven };
    await ledger.book.resolve(letter, resolved);
    await ledger.writer.deadLetter(letter);
    expect(await ledger.book.find(letter.id)).toEqual(resolved);
    const again = { ...letter, at: '2026-01-01T02:00:00.000Z', tries: 2 };
    await ledger.writer.deadLetter(again);
    await ledger.writer.deadLetter(again);
    await ledger.writer.deadLetter(letter);
    const open = { ...again, first: letter.at, redrives: 1 };
    expect(await ledger.book.find(letter.id)).toEqual(open);
    expect((await all()).get(letter.id)).toEqual(open);
  });

  it('keeps a discarded letter discarded', async () => {
    const letter = aDeadLetter();
    await ledger.writer.deadLetter(letter);
    const resolved = { ...letter, resolution: { ...redriven, state: 'discarded' as const } };
    expect(await ledger.book.resolve(letter, resolved)).toBe(true);
    await ledger.writer.deadLetter({ ...letter, at: '2026-01-01T02:00:00.000Z' });
    expect(await ledger.book.find(letter.id)).toEqual(resolved);
  });

  it('notes what an operator does in the conversation, once', async () => {
    const letter = aDeadLetter();
    await ledger.writer.deadLetter(letter);
    const { id, receiver, reason, signature, tries } = letter;
    const operator: OperatorEntry = {
      ...{ id: newId(), correlationId: letter.correlationId, action: 'redrive', by: 'ada', why: 'mended' },
      ...{ at: '2026-01-01T01:00:00.000Z', deadLetter: { id, receiver, reason, signature, tries }, messageId: 'm' },
    };
    await ledger.book.record(operator);
    await ledger.book.record(operator);
    expect(await ledger.reader.conversation(letter.correlationId)).toEqual([
      { kind: 'dead-letter', at: letter.at, deadLetter: letter },
      { kind: 'operator', at: operator.at, operator },
    ]);
  });

  it('notes the first of several entries with one id, and says which stands', async () => {
    const entry: OperatorEntry = {
      ...{ id: newId(), correlationId: newId(), requestId: newId(), action: 'answer', decision: 'approved' },
      ...{ by: 'ada', why: 'it is due', at: '2026-01-01T02:00:00.000Z' },
    };
    const others = ['bob', 'carl', 'dora'].map((by): OperatorEntry => ({ ...entry, by, decision: 'rejected' }));
    const stands = await Promise.all([entry, ...others].map((one) => ledger.book.recordFirst(one)));
    expect(new Set(stands.map(({ by }) => by)).size).toBe(1);
    expect(await ledger.book.recordFirst({ ...entry, by: 'late' })).toEqual(stands[0]);
    const noted = (await ledger.reader.conversation(entry.correlationId)).filter(({ kind }) => kind === 'operator');
    expect(noted).toEqual([{ kind: 'operator', at: entry.at, operator: stands[0] }]);
  });
}
