import { type DeadLetter, parseDeadLetter, type DeadLetterQueue } from '../../../shared/domain/delivery/dead-letter.js';
import type { DeadlineTimer, TimerQueue } from '../../../shared/domain/request/timer-queue.js';
import type { LaneReceipts, LaneSender } from '../../../shared/domain/wire/message-bus.js';
import type { PayloadStore } from '../../../shared/domain/wire/payload-store.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { anEnvelope, SOME_ERROR } from '../../kit/generators/sample-messages.js';

/** A queue as its receiver sees it. */
export interface QueueView {
  /** Receives without deleting; hidden for a minute. */
  receive(): Promise<{ body: string; receipt: string }[]>;
  /** Receives and deletes until `count` have come or the time is over. */
  drain(count: number): Promise<string[]>;
}

/** A sender to the lanes critical and normal of `worker`. */
export interface LanesUnderTest {
  readonly sender: LaneSender;
  readonly critical: QueueView;
  readonly normal: QueueView;
  readonly receipts: LaneReceipts;
}

/** Demands on every {@link LaneSender} and {@link LaneReceipts}. */
export function lanesContract(make: () => Promise<LanesUnderTest>): void {
  let subject: LanesUnderTest;
  beforeAll(async () => {
    subject = await make();
  });

  it('sends envelopes into the lane of their priority, many at a time', async () => {
    const messages = Array.from({ length: 23 }, (_, index) => ({
      receiver: 'worker',
      lane: index % 2 === 0 ? ('critical' as const) : ('normal' as const),
      envelope: anEnvelope({ data: { index } }),
    }));
    expect(await subject.sender.send(messages)).toEqual(messages.map(() => ({ ok: true })));
    const critical = (await subject.critical.drain(12)).map((body) => JSON.parse(body) as unknown);
    const normal = (await subject.normal.drain(11)).map((body) => JSON.parse(body) as unknown);
    const sent = (lane: string) => messages.filter((message) => message.lane === lane).map(({ envelope }) => envelope);
    expect(new Set(critical)).toEqual(new Set(sent('critical')));
    expect(new Set(normal)).toEqual(new Set(sent('normal')));
  });

  it('uses the next higher lane where one is missing, and refuses an unknown receiver without costing the others', async () => {
    const low = anEnvelope({ priority: 'low' });
    const high = anEnvelope({ priority: 'high' });
    const results = await subject.sender.send([
      { receiver: 'worker', lane: 'low', envelope: low },
      { receiver: 'toString', lane: 'low', envelope: anEnvelope() },
      { receiver: 'worker', lane: 'high', envelope: high },
    ]);
    expect(results[0]).toEqual({ ok: true });
    expect(results[1]).toMatchObject({ ok: false, retryable: false, code: 'UNKNOWN_RECEIVER' });
    expect(results[2]).toEqual({ ok: true });
    expect((await subject.normal.drain(1)).map((body) => JSON.parse(body) as unknown)).toEqual([low]);
    expect((await subject.critical.drain(1)).map((body) => JSON.parse(body) as unknown)).toEqual([high]);
  });

  it('makes copies visible again, more than ten at a time, and passes over a receipt that is no longer valid', async () => {
    const count = 14;
    await subject.sender.send(
      Array.from({ length: count }, () => ({ receiver: 'worker', lane: 'normal' as const, envelope: anEnvelope() })),
    );
    const copies = new Map<string, string>();
    for (let round = 0; round < 20 && copies.size < count; round++)
      for (const { body, receipt } of await subject.normal.receive()) copies.set(body, receipt);
    expect(copies.size).toBe(count);
    expect(await subject.normal.receive()).toEqual([]);
    const changes = [...copies.values()].map((receipt) => ({ receipt, seconds: 0 }));
    await subject.receipts.setVisibility([...changes, { receipt: 'no-such-receipt', seconds: 0 }]);
    expect(new Set(await subject.normal.drain(count))).toEqual(new Set(copies.keys()));
    await subject.receipts.setVisibility([]);
  });
}

/** Demands on every {@link DeadLetterQueue}. */
export function deadLetterQueueContract(
  make: () => Promise<{ queue: DeadLetterQueue; view: QueueView; payloads: PayloadStore }>,
): void {
  const letter = (body: string): DeadLetter => ({
    laneway: 'dead-letter',
    receiver: 'worker',
    copy: newId(),
    reason: 'permanent',
    error: SOME_ERROR,
    tries: 3,
    at: '2026-01-01T00:00:00.000Z',
    body,
  });
  let subject: Awaited<ReturnType<typeof make>>;
  beforeAll(async () => {
    subject = await make();
  });

  it('takes a letter with the text that was received', async () => {
    const sent = letter('not JSON at all: {"\u{1f697}');
    await subject.queue.send(sent);
    expect((await subject.view.drain(1)).map(parseDeadLetter)).toEqual([sent]);
  });

  it('puts a text that is too big once quoted into the payload store first', async () => {
    const sent = letter('"'.repeat(700_000));
    await subject.queue.send(sent);
    const [received] = (await subject.view.drain(1)).map(parseDeadLetter);
    expect(received).toMatchObject({ ...sent, body: '' });
    expect(await subject.payloads.get(received?.bodyRef ?? '')).toBe(sent.body);
  });
}

/** Demands on every {@link TimerQueue}. */
export function timerQueueContract(make: () => Promise<{ timers: TimerQueue; view: QueueView }>): void {
  it('fires what is due, with all its fields, and not what lies ahead', async () => {
    const { timers, view } = await make();
    const now = Date.now();
    const due: DeadlineTimer = { requestId: newId(), at: now - 5_000 };
    const ahead: DeadlineTimer = { requestId: newId(), at: now + 600_000 };
    const farAhead: DeadlineTimer = { requestId: newId(), at: now + 86_400_000 };
    await timers.set(ahead, now);
    await timers.set(farAhead, now);
    await timers.set(due, now);
    expect((await view.drain(1)).map((body) => JSON.parse(body) as unknown)).toMatchObject([due]);
    expect(await view.receive()).toEqual([]);
  });
}
