import { AGENT_STATUSES, mayFollow, stepTowards, transition } from '../../../../../shared/domain/registry/lifecycle.js';

const code = (one: string) => expect.objectContaining({ code: one }) as Error;

test('what failed begins anew, and nothing follows itself', () => {
  for (const status of AGENT_STATUSES) expect(mayFollow(status, status)).toBe(false);
  expect(AGENT_STATUSES.filter((status) => mayFollow('failed', status))).toEqual([
    'initializing',
    'maintenance',
    'offline',
  ]);
  expect(stepTowards('failed', 'ready')).toBe('initializing');
  expect(stepTowards('initializing', 'ready')).toBe('ready');
});

test('every status can be left, and each but failed comes back to ready by one step', () => {
  for (const status of AGENT_STATUSES) {
    expect(AGENT_STATUSES.some((next) => mayFollow(status, next))).toBe(true);
    if (status !== 'ready') expect(mayFollow(status, 'ready')).toBe(status !== 'failed');
  }
});

test('an unknown status and a transition that there is not are refused, each by its own error', () => {
  expect(transition('ready', 'busy')).toBe('busy');
  expect(() => transition('ready', 'idle')).toThrow(code('UNKNOWN_STATUS'));
  expect(() => transition('redy', 'busy')).toThrow(/did you mean 'ready'/);
  expect(() => transition('failed', 'busy')).toThrow(code('INVALID_TRANSITION'));
  expect(() => transition('failed', 'busy')).toThrow(/allowed after failed: initializing, maintenance, offline/);
});
