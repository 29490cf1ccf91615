import { checkHealth } from '../../../../../shared/topology/registry/check-agent-limits.js';

const check = (runs: 'lambda' | 'worker', limits: object) => () => checkHealth('depot', 'clerk', runs, limits);
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'INVALID_TOPOLOGY', message: expect.stringMatching(message) as string }) as Error;

it('takes shares of what is watched, and refuses others', () => {
  expect(check('worker', { failures: 1, tasks: 0.1, memory: 0.5 })).not.toThrow();
  for (const limits of [{ failures: 0 }, { memory: 1.1 }, { disk: 0.5 }])
    expect(check('worker', limits)).toThrow(refused(/agents\.clerk\.health has .*allowed: failures, tasks, memory/s));
});

it('refuses limits for an agent on Lambda that never act there', () => {
  expect(check('lambda', { tasks: 0.5 })).not.toThrow();
  for (const limits of [{ failures: 0.6 }, { memory: 0.6 }])
    expect(check('lambda', limits)).toThrow(refused(/runs on Lambda.*allowed: tasks/s));
});
