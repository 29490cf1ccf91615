import fc from 'fast-check';
import { ManualClock } from '../../../../../shared/testing/memory/manual-clock.js';
import { MemoryQueue } from '../../../../../shared/testing/memory/memory-queue.js';

const START = 1_000_000;

/** The queue as it is described, a list that is sorted each time. */
class PlainQueue {
  readonly copies: { body: string; visibleAt: number; receives: number; isPostponed: boolean }[] = [];

  constructor(private readonly clock: ManualClock) {}

  receive(most: number, seconds: number): typeof this.copies {
    const now = this.clock.now();
    const visible = this.copies.filter((copy) => copy.visibleAt <= now).sort((a, b) => a.visibleAt - b.visibleAt);
    for (const copy of visible.slice(0, most))
      Object.assign(copy, { visibleAt: now + seconds * 1000, receives: copy.receives + 1, isPostponed: false });
    return visible.slice(0, most);
  }
}

function first(copies: readonly { readonly visibleAt: number }[]): number | undefined {
  return copies.length === 0 ? undefined : Math.min(...copies.map(({ visibleAt }) => visibleAt));
}

const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), delay: fc.integer({ min: 0, max: 3 }) }),
  fc.record({
    do: fc.constant('receive' as const),
    most: fc.integer({ min: 1, max: 4 }),
    hide: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({ do: fc.constant('delete' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('hide' as const), which: fc.nat(9), seconds: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ do: fc.constant('postpone' as const), which: fc.nat(9), seconds: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 2 }) }),
);

test('a queue in memory gives what a sorted list of its copies would, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const clock = new ManualClock(START);
      const [queue, plain] = [new MemoryQueue(clock), new PlainQueue(clock)];
      const receipts = new Map<string, string>();
      for (const [index, one] of steps.entries()) {
        const known = [...receipts.keys()];
        const which = 'which' in one ? known[one.which % Math.max(1, known.length)] : undefined;
        const at = plain.copies.findIndex(({ body }) => body === which);
        if (one.do === 'wait') clock.advance(one.seconds * 1000);
        if (one.do === 'send') {
          queue.send(`${index}`, one.delay);
          plain.copies.push({
            body: `${index}`,
            visibleAt: clock.now() + one.delay * 1000,
            receives: 0,
            isPostponed: false,
          });
        }
        if (one.do === 'receive') {
          const got = queue.receive(one.most, one.hide);
          const wanted = plain.receive(one.most, one.hide).map(({ body, receives }) => ({ body, receives }));
          expect(got.map(({ body, receiveCount: receives }) => ({ body, receives }))).toEqual(wanted);
          for (const { body, receipt } of got) receipts.set(body, receipt);
        }
        const copy = plain.copies[at];
        if (one.do === 'delete' && which !== undefined && copy) {
          expect(queue.delete(receipts.get(which) ?? '')).toBe(true);
          expect(queue.delete(receipts.get(which) ?? '')).toBe(false);
          plain.copies.splice(at, 1);
          receipts.delete(which);
        }
        if (one.do === 'hide' && which !== undefined && copy) {
          const isHidden = copy.visibleAt > clock.now();
          expect(queue.setVisibility(receipts.get(which) ?? '', one.seconds)).toBe(isHidden);
          if (isHidden) copy.visibleAt = clock.now() + one.seconds * 1000;
        }
        if (one.do === 'postpone' && which !== undefined && copy) {
          const isHidden = copy.visibleAt > clock.now();
          expect(queue.postpone(receipts.get(which) ?? '', one.seconds)).toBe(isHidden);
          if (isHidden) Object.assign(copy, { visibleAt: clock.now() + one.seconds * 1000, isPostponed: true });
        }
        const due = plain.copies.map(({ visibleAt }) => visibleAt);
        const unpostponed = plain.copies.filter(({ isPostponed }) => !isPostponed);
        expect(queue.nextVisibleAt).toBe(first(plain.copies));
        expect(queue.nextUnpostponedAt).toBe(first(unpostponed));
        expect(queue.nextRetryAt).toBe(first(unpostponed.filter(({ receives }) => receives > 0)));
        expect(queue.depth).toBe(due.filter((time) => time <= clock.now()).length);
        expect(queue.peek()).toEqual(plain.copies.map(({ body }) => body));
      }
    }),
    { numRuns: 300 },
  );
});

test('a postponed copy comes at its time, and is none that comes again because it was not handled', () => {
  const clock = new ManualClock(START);
  const queue = new MemoryQueue(clock);
  queue.send('a');
  const [copy] = queue.receive(1, 180);
  expect(queue.nextRetryAt).toBe(START + 180_000);
  expect(queue.postpone(copy?.receipt ?? '', 59.5)).toBe(true);
  expect([queue.nextVisibleAt, queue.nextRetryAt]).toEqual([START + 60_000, undefined]);
  clock.advance(60_000);
  expect(queue.receive(1, 180)).toMatchObject([{ body: 'a', receiveCount: 2 }]);
  expect(queue.nextRetryAt).toBe(START + 240_000);
  expect(queue.postpone(copy?.receipt ?? '', 1)).toBe(false);
});
