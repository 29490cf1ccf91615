import { SlowWork } from '../../../../../shared/testing/harness/slow-work.js';

/** Processes, of which only the identity matters. */
const [early, late, both] = [{}, {}, {}];

test('who runs a process waits until it pauses, at once or later, and it goes on at its time', async () => {
  const slow = new SlowWork();
  const done: string[] = [];
  const atOnce = async (): Promise<void> => {
    await slow.pause(early, 10);
    done.push('at once');
    await slow.pause(early, 30);
    done.push('at once again');
  };
  const later = async (): Promise<void> => {
    await Promise.resolve();
    await slow.pause(late, 20);
    done.push('later');
  };
  await slow.follow(early, atOnce());
  await slow.follow(late, later());
  expect([done, slow.next, await slow.wake(9)]).toEqual([[], 10, false]);
  expect([await slow.wake(20), done, slow.next]).toEqual([true, ['at once', 'later'], 30]);
  await slow.wake(30);
  expect([done, slow.next]).toEqual([['at once', 'later', 'at once again'], undefined]);
});

test('calls of one process pause side by side', async () => {
  const slow = new SlowWork();
  const done: number[] = [];
  const call = async (until: number): Promise<void> => {
    await slow.pause(both, until);
    done.push(until);
  };
  await slow.follow(
    both,
    Promise.all([call(10), call(20)]).then(() => undefined),
  );
  await slow.wake(10);
  expect(done).toEqual([10]);
  await slow.wake(20);
  expect(done).toEqual([10, 20]);
});

test('what a process throws is thrown to who runs it, but no longer once it has paused', async () => {
  const slow = new SlowWork();
  await expect(slow.follow(early, Promise.reject(new Error('at once')))).rejects.toThrow('at once');
  const failing = slow.pause(late, 10).then(() => {
    throw new Error('too late to be heard');
  });
  await slow.follow(late, failing);
  expect(await slow.wake(10)).toBe(true);
  await expect(failing).rejects.toThrow('too late');
});
