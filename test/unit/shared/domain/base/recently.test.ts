import { recently } from '../../../../../shared/domain/base/recently.js';

it('holds an answer for its time, and reads anew after a failure and when the clock was set back', async () => {
  let [now, reads, fails] = [10_000, 0, false];
  const recent = recently(
    () => {
      reads += 1;
      return fails ? Promise.reject(new Error('away')) : Promise.resolve(reads);
    },
    () => now,
    1_000,
  );
  expect(await Promise.all([recent(), recent()])).toEqual([1, 1]);
  now += 999;
  expect(await recent()).toBe(1);
  now += 1;
  fails = true;
  await expect(recent()).rejects.toThrow('away');
  fails = false;
  expect(await recent()).toBe(3);
  now -= 5_000;
  expect(await recent()).toBe(4);
});
