import {
  assessAgent,
  agentsDown,
  healthAmong,
  type AgentHealth,
  type LookedAt,
} from '../../../../../shared/domain/registry/health.js';
import type { InstanceClaim, InstanceReport } from '../../../../../shared/domain/registry/instance.js';
import type { AgentStatus } from '../../../../../shared/domain/registry/lifecycle.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

const ILL = { report: { ill: 'no disk' } };

function one(status: AgentStatus, own: Partial<InstanceClaim> = {}, heard = 0): LookedAt {
  const standing = {
    ...{ agent: 'weigher', instance: 'a', status, cause: 'because', since: at(0), transition: 1, told: true },
    ...{ looked: at(0), heard: at(heard), epoch: 1, beat: 1 },
  };
  const claim: InstanceClaim = {
    ...{ application: 'shop', agent: 'weigher', instance: 'a', capabilities: {}, maxConcurrentTasks: 10 },
    ...{ started: at(0), epoch: 1, beat: 1, at: at(heard), state: 'ready', currentTasks: 0 },
    ...own,
  };
  return { standing, claim };
}

const assess = (looks: readonly LookedAt[], before: AgentHealth | undefined, seconds = 0) =>
  assessAgent('weigher', looks, { before }, START + seconds * 1_000);
const kinds = (health: AgentHealth | undefined) => health?.untold.map(({ kind, number }) => `${number} ${kind}`);

it('has no word on an agent that is well', () => {
  expect(assess([], undefined)).toBeUndefined();
  expect(assess([one('ready')], undefined)).toBeUndefined();
  expect(assess([one('offline'), one('maintenance')], undefined)).toBeUndefined();
});

it('goes down once when all are ill or silent, and comes back once when one takes messages', () => {
  const down = assess([one('failed', { ...ILL, currentTasks: 2 }), one('offline', { currentTasks: 1 })], undefined, 60);
  expect(down).toMatchObject({ state: 'down', since: at(60), cause: 'a is failed: because', changes: 1 });
  expect(down?.untold).toEqual([{ kind: 'down', number: 1, since: at(60), cause: 'a is failed: because', tasks: 3 }]);
  expect(agentsDown(down ? [down] : [])).toEqual(new Set(['weigher']));
  const told = down && { ...down, untold: [] };
  expect(assess([one('failed', ILL)], told, 120)).toBe(told);
  // Neither beginning anew nor an operator's order is taking messages.
  expect(assess([one('initializing')], told, 130)).toBe(told);
  expect(assess([one('maintenance')], told, 130)).toBe(told);
  // Forgotten after a day, it is no less down.
  expect(assess([], told, 200_000)).toBe(told);
  const back = assess([one('offline'), one('busy')], told, 180);
  expect(back).toMatchObject({ state: 'up', since: at(180), changes: 2 });
  expect(back?.untold).toEqual([{ kind: 'back', number: 2, since: at(180), downSince: at(60) }]);
});

it('keeps what has not been told beside what is new', () => {
  const down = assess([one('failed', ILL)], undefined);
  expect(kinds(assess([one('ready')], down, 60))).toEqual(['1 down', '2 back']);
});

it('gives one that has ended a minute for the next to start', () => {
  const ended = one('offline', { state: 'gone' }, 100);
  expect(assess([ended], undefined, 159)).toBeUndefined();
  expect(assess([ended], undefined, 160)?.state).toBe('down');
});

it('tells of a resource beyond its limit once each way, and not while it wavers', () => {
  const tasks = (currentTasks: number) => [one('busy', { currentTasks })];
  const above = assess(tasks(9), undefined);
  expect(above?.untold).toEqual([
    { kind: 'threshold', number: 1, since: at(0), resource: 'tasks', crossed: 'above', value: 0.9, threshold: 0.9 },
  ]);
  expect(assess(tasks(10), above)).toBe(above);
  expect(assess(tasks(8), above)).toBe(above);
  const below = assess(tasks(7), above, 60);
  expect(below).toMatchObject({ above: [], changes: 2 });
  expect(below?.untold.at(-1)).toMatchObject({ number: 2, crossed: 'below', value: 0.7 });
});

it('reckons failures over all instances from twenty tries on, and memory by the fullest', () => {
  const of = (...reports: readonly InstanceReport[]) =>
    assess(
      reports.map((report) => one('ready', { report })),
      undefined,
    );
  expect(of({ completed: 4, failed: 5 }, { completed: 4, failed: 6 })).toBeUndefined();
  expect(of({ completed: 4, failed: 5 }, { completed: 5, failed: 6 })).toMatchObject({ above: ['failures'] });
  expect(of({ completed: 40, failed: 20 }, {})).toBeUndefined();
  expect(of({ memory: 0.2 }, { memory: 0.95 })).toMatchObject({ above: ['memory'] });
});

it('goes by the limits that the agent declares', () => {
  const limits = { failures: 0.5, tasks: 0.2, memory: 0.9 };
  expect(assessAgent('weigher', [one('ready', { currentTasks: 2 })], { limits }, START)?.above).toEqual(['tasks']);
});

it('frees what an agent used once nobody is there', () => {
  const above = assess([one('busy', { currentTasks: 10 })], undefined);
  expect(assess([one('offline', { currentTasks: 10 })], above, 60)).toMatchObject({ state: 'down', above: [] });
});

it('is not taken down by messages that fail: whose tries fail goes on taking them, and brings its agent back', () => {
  const failing = one('failed', { report: { failed: 30 } });
  expect(assess([failing, one('offline')], undefined)).toMatchObject({ state: 'up', above: ['failures'] });
  const down = assess([one('failed', ILL)], undefined);
  expect(assess([failing], down, 60)).toMatchObject({ state: 'up', since: at(60) });
  // A function that has failed cannot run.
  const { standing } = one('failed');
  expect(assess([{ standing }], undefined)).toMatchObject({ state: 'down' });
});

it('has no word on an agent that has left the topology', () => {
  const down = assess([one('failed', ILL)], undefined);
  const health = down ? [down, { ...down, agent: 'toString' }] : [];
  expect(healthAmong({ weigher: {} }, health)).toEqual([down]);
});
