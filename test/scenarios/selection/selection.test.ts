import { startInProcess } from 'laneway/in-process';
import { createHarness, type Harness } from 'laneway/testing';
import type { SelectionSpec } from 'laneway/topology';
import type { Choice } from '../../../shared/domain/selection/selection.js';
import {
  JobCame,
  OrderPlaced,
  orderIn,
  Repair,
  workersOf,
  workshopWith,
  type Worker,
} from '../../kit/applications/workshop-topology.js';

const noop = (): void => undefined;
const actor = { by: 'the foreman', why: 'a test' };
const welding = { to: { capabilities: ['weld'] }, timeout: '2 hours' } as const;

function shift(selection: SelectionSpec, moods: { silent?: Worker[]; failing?: Set<Worker> } = {}) {
  const [asked, people]: [string[], string[]] = [[], []];
  const workshop = workshopWith(selection);
  const agents = workersOf(workshop, {
    ...{ asked, people, silent: new Set(moods.silent) },
    failing: moods.failing ?? new Set<Worker>(),
  });
  return { world: createHarness(workshop, { agents, workflows: [orderIn(workshop)] }), asked, people };
}

/** Receivers that copies of the command were sent to, and the choices that the ledger has of it. */
function repairsIn(world: Harness, correlationId: string): { readonly to: string[]; readonly choices: Choice[] } {
  const choices = world.conversation(correlationId).entries.flatMap((entry): readonly (Choice | undefined)[] => {
    if (entry.kind === 'message') return [entry.intent.choice];
    return entry.kind === 'delivery' ? entry.delivery.emissions.map(({ choice }) => choice) : [];
  });
  const sent = world.published.filter((one) => one.type === 'Repair' && one.correlationid === correlationId);
  return { to: sent.map(({ receiver = '' }) => receiver), choices: choices.filter((one) => one !== undefined) };
}

describe('a client', () => {
  it('has the specialist do it, and the ledger says why', async () => {
    const { world } = shift('score');
    const receipt = await world.publish(Repair, { part: 'frame' }, { to: { capabilities: ['weld'] } });
    await world.settle();
    expect(repairsIn(world, receipt.correlationId)).toEqual({
      to: ['smith'],
      choices: [
        {
          by: 'score',
          required: { all: ['weld'] },
          score: 0.85,
          open: 0,
          runnersUp: [
            { agent: 'allrounder', score: 0.65 },
            { agent: 'apprentice', score: 0.57 },
          ],
        },
      ],
    });
  });

  it('asks for all capabilities, or for any', async () => {
    const { world, asked } = shift('score');
    await world.request(Repair, { part: 'a' }, { ...welding, to: { capabilities: ['weld', 'paint'] } });
    expect(asked).toEqual(['allrounder 1']);
    await world.request(Repair, { part: 'b' }, { ...welding, to: { any: ['paint', 'weld'] } });
    // The smith and whoever has both are equally good: the draw decides. The apprentice is too far behind to be drawn.
    expect(asked[1]).toMatch(/^(smith|painter|allrounder) 1$/);
  });

  it('is refused a capability that nobody has, and an empty list', async () => {
    const { world } = shift('first');
    const asking = (to: object) => world.publish(Repair, { part: 'a' }, { to: to as never });
    await expect(asking({ capabilities: ['weld', 'pant'] })).rejects.toMatchObject({
      code: 'UNKNOWN_CAPABILITY',
      message: expect.stringContaining("did you mean 'paint'?") as string,
    });
    await expect(asking({ any: [] })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(world.published).toEqual([]);
  });

  it('publishes the same message again under its id, whatever would be chosen by now', async () => {
    const { world, asked } = shift('score');
    const job = { part: 'frame' };
    const options = { id: 'job-1', to: { capabilities: ['weld'] } } as const;
    const receipt = await world.publish(Repair, job, options);
    await world.quarantine('agent.smith', actor);
    await world.advance('10 seconds');
    await world.publish(Repair, job, options);
    await world.release('agent.smith', actor);
    await world.settle();
    expect(repairsIn(world, receipt.correlationId).to).toEqual(['smith', 'smith']);
    expect(asked).toEqual(['smith 1']);
    await expect(world.publish(Repair, { part: 'other' }, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('is not chosen for anew by the sweeper, which sends what was stored', async () => {
    const { world, asked } = shift('score');
    world.faults.drop({ type: 'Repair' });
    const receipt = await world.publish(Repair, { part: 'a' }, { to: { capabilities: ['weld'] }, deadline: '1 hour' });
    await world.advance('9 minutes');
    const { to, choices } = repairsIn(world, receipt.correlationId);
    expect(world.faults.struck).toBe(1);
    expect(new Set(to)).toEqual(new Set([...to.slice(0, 1), ...asked.map((one) => one.split(' ')[0])]));
    expect(to[0]).toBe('smith');
    expect(choices).toHaveLength(1);
  });
});

it('adds nothing to a message on a channel that takes the first', async () => {
  const { world } = shift('first');
  const receipt = await world.publish(Repair, { part: 'a' }, { to: { capability: 'weld' } });
  await world.settle();
  expect(repairsIn(world, receipt.correlationId)).toEqual({ to: ['allrounder'], choices: [] });
});

it('chooses in process as well', async () => {
  const [asked, people]: [string[], string[]] = [[], []];
  const workshop = workshopWith('score');
  const log = { debug: noop, info: noop, warn: noop, error: noop };
  const app = await startInProcess(workshop, { agents: workersOf(workshop, { asked, people }), log });
  try {
    const reply = await app.client('counter').request(Repair, { part: 'frame' }, { ...welding, timeout: '1 minute' });
    expect(reply).toEqual({ by: 'smith' });
  } finally {
    await app.stop();
  }
});

it('gives each in turn what one publisher has', async () => {
  const { world, asked } = shift('round-robin');
  for (let index = 0; index < 8; index++) await world.request(Repair, { part: String(index) }, { timeout: '1 hour' });
  const workers = ['allrounder', 'apprentice', 'painter', 'smith'];
  expect([...asked].sort()).toEqual(workers.flatMap((one) => [`${one} 1`, `${one} 1`]));
  expect(new Set(asked.slice(0, 4)).size).toBe(4);
});

describe('an agent', () => {
  it('stores the choice with its outcome, and sends what it stored after a crash', async () => {
    const { world, asked } = shift('score');
    world.faults.crash('desk', 'after-outcome');
    const { correlationId } = await world.publish(JobCame, { part: 'frame' });
    await world.advance('1 second');
    // Whoever chose anew would have to leave the smith now.
    expect(asked).toEqual([]);
    await world.quarantine('agent.smith', actor);
    await world.advance('8 seconds');
    const stored = repairsIn(world, correlationId);
    expect(stored.choices.map(({ by }) => by)).toEqual(['score']);
    await world.release('agent.smith', actor);
    await world.settle();
    expect(repairsIn(world, correlationId).to[0]).toBe('smith');
    expect(repairsIn(world, correlationId).choices).toEqual(stored.choices);
    expect(asked[0]).toBe('smith 1');
  });

  it('that nobody can help has its handling tried again where it says fail', async () => {
    const { world, asked } = shift({ by: 'score', onNobody: 'fail' });
    for (const one of ['smith', 'allrounder', 'apprentice']) await world.quarantine(`agent.${one}`, actor);
    const { correlationId } = await world.publish(JobCame, { part: 'frame' });
    await world.advance('1 minute');
    expect(asked).toEqual([]);
    const [letter] = world
      .conversation(correlationId)
      .entries.flatMap((one) => (one.kind === 'dead-letter' ? [one] : []));
    // The channel of news gives one try.
    expect(letter?.deadLetter.error.code).toBe('NOBODY_AVAILABLE');
  });
});

describe('a ladder', () => {
  it('asks the others who can do it, the best first, and nobody else', async () => {
    const { world, asked, people } = shift('score', { silent: ['smith', 'allrounder', 'apprentice'] });
    await expect(world.request(Repair, { part: 'frame' }, welding)).rejects.toMatchObject({
      code: 'REQUEST_TIMED_OUT',
    });
    expect(asked).toEqual(['smith 1', 'allrounder 2', 'apprentice 3']);
    expect(people).toEqual(['Repair 4']);
  });

  it('takes over when the chosen one is gone before the message comes', async () => {
    const { world, asked } = shift('score');
    const receipt = await world.publish(Repair, { part: 'a' }, { to: { capabilities: ['weld'] }, deadline: '2 hours' });
    await world.quarantine('agent.smith', actor);
    await world.advance('10 minutes');
    expect(asked).toEqual(['allrounder 2']);
    const { requestId = '' } = receipt;
    expect(world.conversation(receipt.correlationId).entries).toContainEqual(
      expect.objectContaining({
        kind: 'request',
        request: expect.objectContaining({ requestId, state: 'replied' }) as unknown,
      }),
    );
  });
});

it('leaves one that fails, and comes back to it when it no longer does', async () => {
  const failing = new Set<Worker>(['smith']);
  const { world, asked } = shift('score', { failing });
  const weld = () => world.request(Repair, { part: 'a' }, welding);
  for (let index = 0; index < 12; index++) {
    await weld();
    await world.advance('6 seconds');
  }
  const first = () => asked.filter((one) => one.endsWith(' 1'));
  expect(first().filter((one) => one === 'smith 1')).toHaveLength(5);
  expect(first().at(-1)).not.toBe('smith 1');
  failing.clear();
  await world.advance('5 minutes');
  await weld();
  expect(first().at(-1)).toBe('smith 1');
});

describe('when nobody can take it', () => {
  async function closed(onNobody: 'wait' | 'fail' | 'person') {
    const made = shift({ by: 'score', onNobody });
    for (const one of ['smith', 'allrounder', 'apprentice']) await made.world.quarantine(`agent.${one}`, actor);
    return made;
  }

  it('waits for the best', async () => {
    const { world, asked } = await closed('wait');
    const options = { to: { capabilities: ['weld'] }, deadline: '1 minute' } as const;
    const { correlationId } = await world.publish(Repair, { part: 'frame' }, options);
    expect(repairsIn(world, correlationId)).toMatchObject({ to: ['smith'], choices: [{ nobody: 'waits' }] });
    await world.release('agent.smith', actor);
    await world.advance('1 second');
    expect(asked).toEqual(['smith 1']);
  });

  it('is refused', async () => {
    const { world } = await closed('fail');
    await expect(world.request(Repair, { part: 'frame' }, welding)).rejects.toMatchObject({
      ...{ code: 'NOBODY_AVAILABLE', retryable: true },
      message: expect.stringContaining('smith (unavailable)') as string,
    });
    expect(world.published).toEqual([]);
  });

  it('goes to a person at once, who answers it', async () => {
    const { world, asked, people } = await closed('person');
    const options = { to: { capabilities: ['weld'] }, deadline: '2 hours' } as const;
    const receipt = await world.publish(Repair, { part: 'frame' }, options);
    await world.advance('5 seconds');
    expect(people).toEqual(['Repair 2']);
    expect(repairsIn(world, receipt.correlationId)).toMatchObject({ to: [], choices: [{ nobody: 'person' }] });
    await world.answer(receipt.requestId ?? '', { by: 'the foreman' }, actor);
    for (const one of ['smith', 'allrounder', 'apprentice']) await world.release(`agent.${one}`, actor);
    await world.settle();
    expect(asked).toEqual([]);
    const { entries, account } = world.conversation(receipt.correlationId);
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: 'request', request: expect.objectContaining({ state: 'replied' }) as unknown }),
    );
    expect(account.missing).toEqual([]);
  });
});

describe('a workflow', () => {
  it('has its command go to the best one', async () => {
    const { world, asked } = shift('score');
    await world.publish(OrderPlaced, { part: 'frame' });
    await world.settle();
    expect(asked).toEqual(['smith 1']);
    expect((await world.executions()).map(({ status }) => status)).toEqual(['succeeded']);
  });

  it('keeps to the agent that its request was opened with, when its step is begun again and would choose another', async () => {
    const { world, asked } = shift('score');
    // The request is opened, and its command can neither be recorded nor sent.
    world.faults.outage({ port: 'intents', who: 'dispatcher', for: '20 seconds' });
    const { correlationId } = await world.publish(OrderPlaced, { part: 'frame' });
    await world.advance('2 seconds');
    expect(repairsIn(world, correlationId).to).toEqual([]);
    await world.quarantine('agent.smith', actor);
    await world.advance('1 minute');
    expect(repairsIn(world, correlationId).to).toEqual(['smith']);
    await world.release('agent.smith', actor);
    await world.settle();
    expect(new Set(repairsIn(world, correlationId).to)).toEqual(new Set(['smith']));
    expect(asked).toEqual(['smith 1']);
    expect((await world.executions()).map(({ status }) => status)).toEqual(['succeeded']);
  });
});
