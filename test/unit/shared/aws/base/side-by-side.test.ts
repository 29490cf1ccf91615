import { SideBySide } from '../../../../../shared/aws/base/side-by-side.js';

test('so many tasks run at once, the others in their order, whatever fails', async () => {
  const turns = new SideBySide(3);
  const began: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  let running = 0;
  let most = 0;
  const task = (index: number) => async () => {
    began.push(index);
    most = Math.max(most, ++running);
    await new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())));
    running--;
    return index;
  };
  const results = Promise.allSettled(Array.from({ length: 7 }, (_, index) => turns.run(task(index))));
  for (let index = 0; index < 7; index++) {
    await new Promise((resolve) => setImmediate(resolve));
    expect(began).toHaveLength(Math.min(7, index + 3));
    if (index === 1) running--;
    ends[index]?.(index === 1 ? new Error('one fails') : undefined);
  }
  expect((await results).map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
    ...[0, 'failed', 2, 3, 4, 5, 6],
  ]);
  expect([most, began]).toEqual([3, [0, 1, 2, 3, 4, 5, 6]]);
});
