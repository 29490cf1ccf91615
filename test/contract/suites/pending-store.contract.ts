import { newId } from '../../../shared/domain/base/ids.js';
import { RETENTION_DAYS } from '../../../shared/domain/evidence/retention.js';
import type { Climb } from '../../../shared/domain/request/ladder.js';
import type { PendingMove, PendingRecord, RequestOutcome } from '../../../shared/domain/request/pending.js';
import type { PendingStore } from '../../../shared/domain/request/pending-store.js';
import { SOME_ERROR } from '../../kit/generators/sample-messages.js';

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

function aClimb(given: Partial<Climb> = {}): Climb {
  return {
    ...{ channel: 'questions', until: '2026-03-01T18:00:00.000Z', rung: -1, used: 0, tried: ['sage'], phase: 'asked' },
    ...{ receiver: 'sage', on: 'questions', time: 60_000 },
    command: { dataschema: 'urn:laneway:AskQuestion:1', data: { tiny: 5e-324, text: 'grün' }, priority: 'high' },
    ...given,
  };
}

function aMove(given: Partial<PendingMove> = {}): PendingMove {
  const climb = aClimb({ rung: 0, used: 1, phase: 'sending', tried: ['sage', 'fool'], receiver: 'fool' });
  return { messageId: newId(), attempt: 2, deadline: DEADLINE, climb, ...given };
}

const workflow = (token: string, step = 'ask') => ({ kind: 'workflow' as const, token, execution: 'run-1', step });

/** A store, and what shows how it takes records that others have spoilt. */
export interface PendingUnderTest {
  readonly store: PendingStore;
  /** Requests that were passed over since the last call. */
  readonly passedOver: () => readonly string[];
  /** Gives a record a count of attempts that is none. */
  readonly spoil: (record: PendingRecord) => Promise<void>;
}

/** Demands on every {@link PendingStore}. */
export function pendingStoreContract(make: () => Promise<PendingUnderTest>): void {
  let store: PendingStore;
  let made: PendingUnderTest;
  beforeAll(async () => {
    made = await make();
    ({ store } = made);
  });

  const dueIds = async (after: number, until: number): Promise<string[]> => {
    const ids = [];
    for await (const record of store.due(after, until)) ids.push(record.requestId);
    return ids;
  };

  it('passes over a record that cannot be read, and sets it aside once; its neighbours are due as before', async () => {
    const deadline = '2027-04-01T12:00:00.000Z';
    const at = Date.parse(deadline);
    const records = Array.from({ length: 3 }, () => aRecord({ deadline }));
    for (const record of records) await store.open(record);
    const [first, spoilt, last] = records as [PendingRecord, PendingRecord, PendingRecord];
    await made.spoil(spoilt);
    const others = new Set([first.requestId, last.requestId]);
    made.passedOver();
    expect(new Set(await dueIds(at - 1, at))).toEqual(others);
    expect(made.passedOver()).toEqual([spoilt.requestId]);
    await expect(store.get(spoilt.requestId)).rejects.toMatchObject({ code: 'UNREADABLE', retryable: false });
    expect(await store.setAside(first.requestId)).toBe(false);
    expect(await store.setAside(newId())).toBe(false);
    expect(await store.setAside(spoilt.requestId)).toBe(true);
    expect(await store.setAside(spoilt.requestId)).toBe(false);
    expect(new Set(await dueIds(at - 1, at))).toEqual(others);
    expect(made.passedOver()).toEqual([]);
  });

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

  it('lets a retry of the execution wait on', async () => {
    const execution = 'ask-0193a1b2-0000-7000-8000-00000000000a';
    const record = aRecord({ waiter: { ...workflow('token-1'), execution } });
    await store.open(record);
    const waiter = { ...workflow('token-2'), execution: `${execution}-1` };
    expect(await store.open({ ...record, waiter })).toBe('repeated');
    expect(await store.get(record.requestId)).toEqual({ ...record, waiter });
    const other = { ...waiter, execution: 'ask-0193a1b2-0000-7000-8000-00000000000b-1' };
    await expect(store.open({ ...record, waiter: other })).rejects.toMatchObject({ code: 'REFUSED' });
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
    expect(await store.extend(newId(), newId(), DEADLINE)).toBe(false);
  });

  it('moves a deadline later only, up to the bound, for the current attempt, and only while open', async () => {
    const record = aRecord({ bound: '2026-03-01T15:00:00.000Z' });
    const { requestId, messageId } = record;
    await store.open(record);
    expect(await store.extend(requestId, messageId, '2026-03-01T11:59:59.000Z')).toBe(false);
    expect(await store.extend(requestId, messageId, '2026-03-01T14:00:00.000+01:00')).toBe(true);
    expect(await store.get(requestId)).toEqual({ ...record, deadline: '2026-03-01T13:00:00.000Z' });
    expect(await store.extend(requestId, messageId, '2026-03-01T15:00:00.001Z')).toBe(false);
    expect(await store.extend(requestId, newId(), '2026-03-01T14:00:00.000Z')).toBe(false);
    expect(await store.extend(requestId, messageId, '2026-03-01T15:00:00.000Z')).toBe(true);
    await store.close(requestId, replied());
    expect(await store.extend(requestId, messageId, '2026-03-01T15:00:00.000Z')).toBe(false);
    expect((await store.get(requestId))?.deadline).toBe('2026-03-01T15:00:00.000Z');
  });

  it('does not move the deadline of a request without a bound', async () => {
    const record = aRecord();
    await store.open(record);
    expect(await store.extend(record.requestId, record.messageId, '2026-03-01T13:00:00.000Z')).toBe(false);
    expect(await store.get(record.requestId)).toEqual(record);
  });

  it('gives back where a request stands on its ladder, and moves it on as a whole', async () => {
    const record = aRecord({ climb: aClimb(), waiter: workflow('token-1') });
    await store.open(record);
    expect(await store.get(record.requestId)).toEqual(record);
    const next = aMove({ attempt: 2, deadline: '2026-03-01T13:00:00.000Z' });
    expect(await store.advance(record, next)).toEqual({ moved: true, record: { ...record, ...next, step: 1 } });
    expect(await store.get(record.requestId)).toEqual({ ...record, ...next, step: 1 });
    // Nothing of it is lost when its workflow dispatches the step again.
    await store.open({ ...record, waiter: workflow('token-2') });
    expect(await store.get(record.requestId)).toEqual({ ...record, ...next, step: 1, waiter: workflow('token-2') });
    expect(await dueIds(Date.parse(next.deadline) - 1, Date.parse(next.deadline))).toContain(record.requestId);
  });

  it('is moved on by one of any number of callers that saw the same', async () => {
    const record = aRecord({ climb: aClimb() });
    await store.open(record);
    const moves = Array.from({ length: 6 }, () => aMove({ attempt: 2, deadline: '2026-03-01T13:00:00.000Z' }));
    const results = await Promise.all(moves.map((move) => store.advance(record, move)));
    expect(results.filter((result) => result?.moved)).toHaveLength(1);
    const winner = moves[results.findIndex((result) => result?.moved)];
    const stands = await store.get(record.requestId);
    expect(stands).toEqual({ ...record, ...winner, step: 1 });
    for (const result of results) if (!result?.moved) expect(result?.record).toEqual(stands);
  });

  it('is not moved on, nor closed by who saw it earlier, once it has moved, been extended or closed', async () => {
    const moved = aRecord({ climb: aClimb() });
    await store.open(moved);
    // The very same deadline: only the step tells the two apart.
    const next = aMove({ attempt: 2, deadline: moved.deadline });
    await store.advance(moved, next);
    const extended = aRecord({ climb: aClimb(), bound: '2026-03-01T15:00:00.000Z' });
    await store.open(extended);
    await store.extend(extended.requestId, extended.messageId, '2026-03-01T13:00:00.000Z');
    const timeout: RequestOutcome = { state: 'timed-out', by: 'timer', at: DEADLINE };
    for (const seen of [moved, extended]) {
      const stands = await store.get(seen.requestId);
      expect(await store.advance(seen, aMove({ attempt: 9 }))).toEqual({ moved: false, record: stands });
      expect(await store.close(seen.requestId, timeout, seen)).toEqual({ kind: 'moved', record: stands });
      expect(await store.get(seen.requestId)).toEqual(stands);
    }
    const stands = (await store.get(moved.requestId)) ?? moved;
    expect(await store.close(moved.requestId, timeout, stands)).toMatchObject({ kind: 'won' });
    expect(await store.advance(stands, aMove({ attempt: 3 }))).toMatchObject({ moved: false });
    expect(await store.close(moved.requestId, timeout, stands)).toMatchObject({ kind: 'won' });
    expect(await store.close(moved.requestId, replied(), moved)).toMatchObject({ kind: 'late' });
    expect(await store.advance(aRecord(), aMove())).toBeUndefined();
    expect(await store.close(newId(), timeout, aRecord())).toEqual({ kind: 'unknown' });
  });

  it('lists open requests by deadline, across hours, without those closed or outside', async () => {
    const base = Date.UTC(2026, 4, 1, 10, 59, 0);
    const at = async (offset: number): Promise<PendingRecord> => {
      const deadline = new Date(base + offset).toISOString();
      const record = aRecord({ deadline, bound: new Date(base + 86_400_000).toISOString() });
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
    await store.extend(moved.requestId, moved.messageId, new Date(base + 3_600_000).toISOString());
    const due = await dueIds(base, base + 2 * 3_600_000);
    expect(due).toEqual([first, second, moved, third].map(({ requestId }) => requestId));
    expect(await dueIds(base - 1, base)).toEqual([before.requestId]);
    expect(await dueIds(0, base + 2 * 3_600_000 + 1)).toContain(after.requestId);
  });

  it('keeps due what was closed as it was seen, until its end is told', async () => {
    const record = aRecord({ approval: { workflow: 'buy', title: 'Buy?', details: null, approvers: 'leads' } });
    await store.open(record);
    const at = Date.parse(record.deadline);
    const closed = await store.close(record.requestId, { state: 'timed-out', by: 'timer', at: DEADLINE }, record);
    expect(closed).toMatchObject({ kind: 'won', record: { untold: true } });
    expect(await dueIds(at - 1, at)).toContain(record.requestId);
    for await (const { requestId } of store.approvals()) expect(requestId).not.toBe(record.requestId);
    expect(await store.extend(record.requestId, record.messageId, '2026-03-01T23:00:00.000Z')).toBe(false);
    for (let times = 0; times < 2; times++) await store.told(record.requestId);
    expect(await dueIds(at - 1, at)).not.toContain(record.requestId);
    expect(await store.get(record.requestId)).not.toHaveProperty('untold');
    await store.told(newId());
    const open = aRecord();
    await store.open(open);
    await store.told(open.requestId);
    expect(await dueIds(at - 1, at)).toContain(open.requestId);
  });

  it('lists what is due in an hour also to who looks further ahead than the table looks back', async () => {
    const now = Date.now();
    const record = aRecord({ deadline: new Date(now + 3_600_000).toISOString() });
    await store.open(record);
    const found: string[] = [];
    for await (const { requestId } of store.due(now, now + (RETENTION_DAYS + 1) * 86_400_000)) found.push(requestId);
    expect(found).toContain(record.requestId);
  });

  it('lists open approvals whenever their time is over, the next first, and nothing else', async () => {
    const approval = { workflow: 'buy', title: 'Buy?', details: null, approvers: 'leads' };
    const within = (days: number, given: Partial<PendingRecord> = { approval }) =>
      aRecord({ deadline: new Date(Date.now() + days * 86_400_000).toISOString(), ...given });
    const [later, sooner, decided, request] = [within(300), within(1), within(2), within(1, {})];
    for (const record of [later, sooner, decided, request]) await store.open(record);
    await store.close(decided.requestId, replied());
    const found: PendingRecord[] = [];
    for await (const record of store.approvals()) found.push(record);
    expect(found).toEqual([sooner, later]);
  });
}
