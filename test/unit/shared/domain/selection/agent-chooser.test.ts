import { AgentChooser, STANDING_AGE_MS } from '../../../../../shared/domain/selection/agent-chooser.js';
import {
  DEFAULT_WEIGHTS,
  orderOf,
  type OpenChoice,
  type SelectionModel,
} from '../../../../../shared/domain/selection/selection.js';
import type { AgentStanding } from '../../../../../shared/domain/selection/standing.js';
import { ManualClock } from '../../../../../shared/testing/memory/manual-clock.js';

const idle = { available: true, open: 0, completed: 0, failed: 0 };

/** A chooser over standings that the test sets, and counts the reads of. */
function chooserOver(standings: Record<string, Partial<AgentStanding>>) {
  const clock = new ManualClock();
  let reads = 0;
  const of = (agents: readonly string[]): Promise<readonly AgentStanding[]> => {
    reads++;
    return Promise.resolve(
      agents.flatMap((agent) => (standings[agent] ? [{ ...idle, agent, ...standings[agent] }] : [])),
    );
  };
  return { clock, chooser: new AgentChooser({ of }, clock), reads: () => reads };
}

function openAmong(agents: readonly string[], selection: SelectionModel, more: Partial<OpenChoice> = {}): OpenChoice {
  return {
    ...{ channel: 'jobs', ...selection },
    candidates: agents.map((agent) => ({ agent, capabilities: {} })),
    ...more,
  };
}

const score: SelectionModel = { by: 'score', weights: DEFAULT_WEIGHTS, onNobody: 'wait' };
const least: SelectionModel = { by: 'least-loaded', onNobody: 'wait' };

async function counts(chooser: AgentChooser, open: OpenChoice, messages: number): Promise<Record<string, number>> {
  const count: Record<string, number> = {};
  for (let index = 0; index < messages; index++) {
    const { agent = 'nobody' } = await chooser.choose(open, `m${index}`);
    count[agent] = (count[agent] ?? 0) + 1;
  }
  return count;
}

describe('equal agents', () => {
  it.each([{ by: 'round-robin' } as const, least, score])('get equal shares of 1,000 messages by $by', async (one) => {
    const { chooser } = chooserOver({});
    const count = await counts(chooser, openAmong(['a', 'b', 'c', 'd'], one), 1_000);
    for (const agent of ['a', 'b', 'c', 'd']) {
      expect(count[agent]).toBeGreaterThanOrEqual(225);
      expect(count[agent]).toBeLessThanOrEqual(275);
    }
  });

  it('get equal shares of many publishers that each see the same old standings', async () => {
    const count: Record<string, number> = {};
    for (let publisher = 0; publisher < 400; publisher++) {
      const { agent = '' } = await chooserOver({}).chooser.choose(
        openAmong(['a', 'b', 'c', 'd'], score),
        `p${publisher}`,
      );
      count[agent] = (count[agent] ?? 0) + 1;
    }
    for (const agent of ['a', 'b', 'c', 'd']) expect(count[agent]).toBeGreaterThan(60);
  });
});

it('reads standings once in five seconds, and nothing for turns or the first', async () => {
  const { chooser, clock, reads } = chooserOver({});
  for (const by of ['first', 'round-robin'] as const) await counts(chooser, openAmong(['a', 'b'], { by }), 10);
  expect(reads()).toBe(0);
  await counts(chooser, openAmong(['a', 'b'], score), 100);
  expect(reads()).toBe(1);
  clock.advanceTo(clock.now() + STANDING_AGE_MS - 1);
  await counts(chooser, openAmong(['a', 'b'], score), 1);
  expect(reads()).toBe(1);
  clock.advanceTo(clock.now() + 1);
  await counts(chooser, openAmong(['a', 'b'], score), 1);
  expect(reads()).toBe(2);
});

it('counts what it has given out since it looked', async () => {
  const { chooser } = chooserOver({ a: { open: 0 }, b: { open: 3 } });
  const agents = [];
  for (const id of ['1', '2', '3', '4', '5', '6'])
    agents.push((await chooser.choose(openAmong(['a', 'b'], least), id)).agent);
  expect(agents.slice(0, 3)).toEqual(['a', 'a', 'a']);
  expect(agents).toContain('b');
});

it('prefers the specialist and the proficient, and asks the next of them in this order', async () => {
  const { chooser } = chooserOver({});
  const candidates = [
    { agent: 'generalist', capabilities: { weld: 1, cut: 1, paint: 1, drill: 1 } },
    { agent: 'novice', capabilities: { weld: 0.4 } },
    { agent: 'specialist', capabilities: { weld: 0.9 } },
  ];
  const { agent, choice } = await chooser.choose(
    openAmong([], score, { candidates, required: { all: ['weld'] } }),
    'm',
  );
  expect(agent).toBe('specialist');
  expect(choice).toEqual({
    by: 'score',
    required: { all: ['weld'] },
    score: 0.81,
    open: 0,
    runnersUp: [
      { agent: 'novice', score: 0.61 },
      { agent: 'generalist', score: 0.55 },
    ],
  });
  expect(orderOf('specialist', choice)).toEqual(['specialist', 'novice', 'generalist']);
});

it('leaves one that fails, which always looks idle, and those that are away or full', async () => {
  const { chooser } = chooserOver({
    failing: { failed: 5, completed: 4 },
    away: { available: false },
    full: { open: 2, room: 2 },
    busy: { open: 50 },
  });
  const { agent, choice } = await chooser.choose(openAmong(['failing', 'away', 'full', 'busy'], score), 'm');
  expect(agent).toBe('busy');
  expect(choice.runnersUp).toEqual([]);
  expect(choice.passedOver).toEqual(
    expect.arrayContaining([
      { agent: 'failing', because: 'failing' },
      { agent: 'away', because: 'unavailable' },
      { agent: 'full', because: 'full' },
    ]),
  );
});

it('takes one that failed back when its failures are no longer counted', async () => {
  const standings = { a: { failed: 9 }, b: { open: 20 } };
  const { chooser, clock } = chooserOver(standings);
  expect((await chooser.choose(openAmong(['a', 'b'], score), '1')).agent).toBe('b');
  standings.a.failed = 0;
  clock.advanceTo(clock.now() + STANDING_AGE_MS);
  expect((await chooser.choose(openAmong(['a', 'b'], score), '2')).agent).toBe('a');
});

describe('nobody', () => {
  const standings = { a: { available: false }, b: { open: 4, room: 4 }, c: { failed: 8 } };
  const among = (onNobody: 'wait' | 'fail' | 'person') => openAmong(['a', 'b', 'c'], { ...score, onNobody });

  it('has the command wait for the one that is only full', async () => {
    const { agent, choice } = await chooserOver(standings).chooser.choose(among('wait'), 'm');
    expect([agent, choice.nobody]).toEqual(['b', 'waits']);
    expect(orderOf(agent, choice)).toHaveLength(3);
  });

  it('refuses it, to be tried again, and says why each cannot', async () => {
    const refused = chooserOver(standings).chooser.choose(among('fail'), 'm');
    await expect(refused).rejects.toMatchObject({ code: 'NOBODY_AVAILABLE', retryable: true });
    await expect(refused).rejects.toThrow(/a \(unavailable\).*|b \(full\).*|c \(failing\)/);
  });

  it('chooses no agent where a person is to have it', async () => {
    const { agent, choice } = await chooserOver(standings).chooser.choose(among('person'), 'm');
    expect([agent, choice.nobody, choice.passedOver?.length]).toEqual([undefined, 'person', 3]);
  });
});

it('chooses blind where standings cannot be read, says so, and does not ask at every message', async () => {
  const clock = new ManualClock();
  let asked = 0;
  const of = () => Promise.reject(new Error(`denied ${++asked}`));
  const chooser = new AgentChooser({ of }, clock);
  const open = openAmong(['a', 'b'], score);
  for (let index = 0; index < 20; index++) expect((await chooser.choose(open, `m${index}`)).choice.blind).toBe(true);
  expect(asked).toBe(1);
  const { choice } = await chooserOver({}).chooser.choose(open, 'm');
  expect(choice).not.toHaveProperty('blind');
});

it('chooses alike for one message and one state of things', async () => {
  const open = openAmong(['a', 'b', 'c', 'd', 'e'], score);
  const first = await chooserOver({}).chooser.choose(open, 'the same');
  expect(await chooserOver({}).chooser.choose(open, 'the same')).toEqual(first);
});

it('draws two of those that are near the best, so that a loaded one is hardly ever taken', async () => {
  const { chooser } = chooserOver({ a: { open: 0 }, b: { open: 1 }, slow: { open: 60 } });
  const count = await counts(chooser, openAmong(['a', 'b', 'slow'], score), 20);
  expect(count['slow']).toBeUndefined();
});
