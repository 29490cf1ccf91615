import { newId } from '../../shared/domain/ids.js';
import type { PendingRecord, RequestOutcome } from '../../shared/domain/pending.js';
import type { PendingStore } from '../../shared/domain/ports.js';
import { SOME_ERROR } from '../support/sample-messages.js';

const DEADLINE = '2026-03-01T12:00:00.000Z';

function aRecord(given: Partial<PendingRecord> = {}): PendingRecord {
  return {
    requestId: newId(),
    correlationId: newId(),
    messageId: newId(),
    type: 'AskQuestion',
    replyType: 'QuestionAnswered',
    deadline: DEADLINE,
    attempt: 1,
    waiter: { kind: 'client' },
    hops: 1,
    tenant: 'north',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ...given,
  };
}

function replied(data: unknown = { answer: 'so' }): RequestOutcome {
  const at = '2026-03-01T11:00:00.000Z';
  return {
    state: 'replied',
    by: newId(),
    at,
    data,
    type: 'QuestionAnswered',
    dataschema: 'urn:laneway:QuestionAnswered:1',
  };
}

const workflow = (token: string, step = 'ask') => ({ kind: 'workflow' as const, token, execution: 'run-1', step });

/** What every {@link PendingStore} does. */
export function pendingStoreContract(make: () => Promise<PendingStore>): void {
  let store: PendingStore;
  beforeAll(async () => {
    store = await make();
  }, 60_000);

  const dueIds = async (after: number, until: number): Promise<string[]> => {
    const ids = [];
    for await (const record of store.due(after, until)) ids.push(record.requestId);
    return ids;
  };

  it('opens a request and gives it back as it was', async () => {
    const record = aRecord();
    expect(await store.get(record.requestId)).toBeUndefined();
    expect(await store.open(record)).toBe('opened');
    expect(await store.get(record.requestId)).toEqual(record);
    expect(await store.open(record)).toBe('repeated');
    expect(await store.get(record.requestId)).toEqual(record);
  });

  it("replaces a workflow's token when its step is dispatched again, and nothing else", async () => {
    const record = aRecord({ waiter: workflow('token-1') });
    await store.open(record);
    const again = { ...record, waiter: workflow('token-2'), deadline: '2026-03-01T13:00:00.000Z' };
    expect(await store.open(again)).toBe('repeated');
    expect(await store.get(record.requestId)).toEqual({ ...record, waiter: workflow('token-2') });
  });

  it('does not let somebody else wait on the same request', async () => {
    const record = aRecord({ waiter: workflow('token-1') });
    await store.open(record);
    for (const waiter of [
      workflow('token-2', 'other'),
      { kind: 'agent' as const, id: 'spy' },
      { kind: 'client' as const },
    ])
      await expect(store.open({ ...record, waiter })).rejects.toMatchObject({ code: 'REFUSED', retryable: false });
    expect(await store.get(record.requestId)).toEqual(record);
  });

  it('is won by the first outcome; its repetition wins again, another is late', async () => {
    const record = aRecord({ waiter: workflow('token-1') });
    await store.open(record);
    const outcome = replied({ tiny: 5e-324, none: null, list: [], text: 'grün' });
    expect(await store.close(record.requestId, outcome)).toEqual({ kind: 'won', record: { ...record, outcome } });
    const again = { ...outcome, at: '2026-03-01T11:30:00.000Z' };
    expect(await store.close(record.requestId, again)).toEqual({ kind: 'won', record: { ...record, outcome } });
    const timeout: RequestOutcome = { state: 'timed-out', by: 'timer', at: DEADLINE };
    expect(await store.close(record.requestId, timeout)).toEqual({ kind: 'late', record: { ...record, outcome } });
    expect(await store.get(record.requestId)).toEqual({ ...record, outcome });
    expect(await store.open({ ...record, waiter: workflow('token-3') })).toBe('closed');
    expect((await store.get(record.requestId))?.waiter).toEqual(workflow('token-1'));
  });

  it('has one winner among simultaneous outcomes', async () => {
    const record = aRecord();
    await store.open(record);
    const outcomes: RequestOutcome[] = [
      ...Array.from({ length: 6 }, () => replied()),
      { state: 'timed-out', by: 'timer', at: DEADLINE },
      { state: 'failed', by: newId(), at: DEADLINE, error: SOME_ERROR },
    ];
    const results = await Promise.all(outcomes.map((outcome) => store.close(record.requestId, outcome)));
    expect(results.filter(({ kind }) => kind === 'won')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'late')).toHaveLength(outcomes.length - 1);
    const winner = outcomes[results.findIndex(({ kind }) => kind === 'won')];
    expect((await store.get(record.requestId))?.outcome).toEqual(winner);
  });

  it('has one opener among simultaneous ones', async () => {
    const record = aRecord();
    const results = await Promise.all(Array.from({ length: 6 }, () => store.open(record)));
    expect(results.filter((result) => result === 'opened')).toHaveLength(1);
    expect(results.filter((result) => result === 'repeated')).toHaveLength(5);
  });

  it('knows nothing of a request that nobody opened', async () => {
    expect(await store.close(newId(), replied())).toEqual({ kind: 'unknown' });
    expect(await store.extend(newId(), DEADLINE)).toBe(false);
  });

  it('moves a deadline later only, and only while open', async () => {
    const record = aRecord();
    await store.open(record);
    expect(await store.extend(record.requestId, '2026-03-01T11:59:59.000Z')).toBe(false);
    expect(await store.extend(record.requestId, '2026-03-01T14:00:00.000+01:00')).toBe(true);
    expect((await store.get(record.requestId))?.deadline).toBe('2026-03-01T13:00:00.000Z');
    await store.close(record.requestId, replied());
    expect(await store.extend(record.requestId, '2026-03-01T15:00:00.000Z')).toBe(false);
    expect((await store.get(record.requestId))?.deadline).toBe('2026-03-01T13:00:00.000Z');
  });

  it('lists open requests by deadline, across hours, without those closed or outside', async () => {
    const base = Date.UTC(2026, 4, 1, 10, 59, 0);
    const at = async (offset: number): Promise<PendingRecord> => {
      const record = aRecord({ deadline: new Date(base + offset).toISOString() });
      await store.open(record);
      return record;
    };
    const before = await at(0);
    const first = await at(1_000);
    const closed = await at(2_000);
    const second = await at(61_000);
    const third = await at(2 * 3_600_000);
    const after = await at(2 * 3_600_000 + 1);
    const moved = await at(3_000);
    await store.close(closed.requestId, replied());
    await store.extend(moved.requestId, new Date(base + 3_600_000).toISOString());
    const due = await dueIds(base, base + 2 * 3_600_000);
    expect(due).toEqual([first, second, moved, third].map(({ requestId }) => requestId));
    expect(await dueIds(base - 1, base)).toEqual([before.requestId]);
    expect(await dueIds(0, base + 2 * 3_600_000 + 1)).toContain(after.requestId);
  }, 30_000);
}
