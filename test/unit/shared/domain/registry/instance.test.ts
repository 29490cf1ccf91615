import { claimForm, MOST_TASKS } from '../../../../../shared/domain/registry/instance.js';

const CLAIM = {
  ...{ application: 'shop', agent: 'weigher', instance: 'a', capabilities: {}, maxConcurrentTasks: 4, state: 'ready' },
  ...{ started: '2026-01-01T00:00:00.000Z', at: '2026-01-01T00:00:00.000Z', epoch: 1, beat: 1 },
};

it('reads a claim with as many messages in hand as one can have, and no claim that makes a sum of them useless', () => {
  const isRead = (currentTasks: number) => claimForm.safeParse({ ...CLAIM, currentTasks }).success;
  expect([isRead(0), isRead(MOST_TASKS), isRead(MOST_TASKS + 1), isRead(2 ** 53 - 1)]).toEqual([
    ...[true, true, false, false],
  ]);
});
