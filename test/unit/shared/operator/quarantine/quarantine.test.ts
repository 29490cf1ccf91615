import {
  partyOf,
  presentQuarantines,
  quarantineParty,
  releaseParty,
} from '../../../../../shared/operator/quarantine/quarantine.js';
import { platformWorld } from '../../../../kit/stands/platform-world.js';

const CLERK = { kind: 'agent', name: 'clerk' } as const;
const ANA = { by: 'ana', why: 'it lied' };

/** Means that keep a protocol, of which one may fail. */
function stand() {
  const world = platformWorld();
  const done: string[] = [];
  const fails = new Set<string>();
  const step = (name: string) => async () => {
    done.push(name);
    if (fails.has(name)) throw new Error(`${name} is not allowed`);
    return Promise.resolve(`${name} is done`);
  };
  const confinement = {
    ...{ deny: step('deny'), allow: step('allow'), pause: step('pause'), resume: step('resume') },
    ...{ keep: step('keep'), keepAsBefore: step('keepAsBefore'), gaps: () => Promise.resolve([]) },
  };
  const { book, clock, quarantines } = world;
  return { world, done, fails, services: { book, clock, quarantines, confinement } };
}

it('takes the rights first, and gives them back first', async () => {
  const { done, services } = stand();
  const begun = await quarantineParty(CLERK, ANA, services);
  expect(begun.steps.map(({ step, done: isDone }) => `${step} ${isDone}`)).toEqual(
    ['rights', 'record', 'consumers', 'retention', 'note'].map((step) => `${step} true`),
  );
  expect(done).toEqual(['deny', 'pause', 'keep']);
  await releaseParty(CLERK, ANA, services);
  expect(done.slice(3)).toEqual(['allow', 'resume', 'keepAsBefore']);
});

it('does every other step when one fails, tells which, and completes it when it is repeated', async () => {
  const { world, fails, services } = stand();
  fails.add('deny');
  const begun = await quarantineParty(CLERK, ANA, services);
  expect(begun.steps.filter(({ done }) => !done)).toEqual([
    { step: 'rights', told: 'deny is not allowed', done: false },
  ]);
  expect(await presentQuarantines(services)).toMatchObject([{ ...CLERK, ...ANA }]);
  fails.clear();
  world.clock.advance(60_000);
  const again = await quarantineParty(CLERK, { by: 'ben', why: 'again' }, services);
  expect(again.steps.every(({ done }) => done)).toBe(true);
  expect(again.quarantine).toEqual(begun.quarantine);
});

it('is in force until the release, of which a repetition completes what failed', async () => {
  const { fails, services } = stand();
  await quarantineParty(CLERK, ANA, services);
  fails.add('resume');
  const released = await releaseParty(CLERK, ANA, services);
  expect(released.steps.find(({ step }) => step === 'consumers')).toMatchObject({ done: false });
  expect(await presentQuarantines(services)).toEqual([]);
  fails.clear();
  const again = await releaseParty(CLERK, ANA, services);
  expect(again.steps.every(({ done }) => done)).toBe(true);
  expect(again.quarantine).toEqual(released.quarantine);
});

it('has one who stays drained hear of emergencies after the release, and take nothing else', async () => {
  const { world, done, services } = stand();
  const { registry } = world;
  await registry.drain({ agent: 'clerk', ...ANA, since: '2026-01-01T00:00:00.000Z' });
  await quarantineParty(CLERK, ANA, services);
  const emergencyLane = {
    resume: () => {
      done.push('resume its emergencies');
      return Promise.resolve('done');
    },
  };
  const { steps } = await releaseParty(CLERK, ANA, { ...services, registry, emergencyLane });
  expect(steps.find(({ step }) => step === 'consumers')?.told).toBe('drained: laneway agents resume clerk');
  expect(done.slice(3)).toEqual(['allow', 'resume its emergencies', 'keepAsBefore']);
});

it.each([
  ['a name', { by: ' ', why: 'it lied' }],
  ['a reason', { by: 'ana', why: '' }],
])('does nothing without %s', async (_what, actor) => {
  const { done, services } = stand();
  await expect(quarantineParty(CLERK, actor, services)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  await expect(releaseParty(CLERK, actor, services)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  expect(done).toEqual([]);
});

describe('a name', () => {
  const parts = {
    name: 'shop',
    agents: { clerk: {}, web: {} },
    clients: { web: {} },
    ingress: { market: {} },
  } as never;

  it.each([
    ['clerk', CLERK],
    ['agent.clerk', CLERK],
    ['client.web', { kind: 'client', name: 'web' }],
    ['market', { kind: 'ingress', name: 'market' }],
  ])('%s', (name, party) => {
    expect(partyOf(name, parts)).toEqual(party);
  });

  it('of two parts takes the kind before it', () => {
    expect(() => partyOf('web', parts)).toThrow('agent.web, client.web');
  });

  it('that nobody has is refused with those that there are', () => {
    expect(() => partyOf('clerc', parts)).toThrow(/clerk/);
  });
});
