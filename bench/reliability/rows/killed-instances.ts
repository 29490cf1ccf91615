import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { CRASH_POINTS } from '../../../shared/testing/harness/faults.js';
import type { Row, RowContext } from '../driver/row.js';
import { playIllness } from '../lasting-rows/unhealthy-agents.js';

const RUNS = { full: 100, quick: 10 };
const TASKS = 20;
const SECOND_MS = 1_000;

const Weighed = event('Weighed', z.object({ parcel: z.string() }));
const Weigh = command('Weigh', z.object({ parcel: z.string() }), { reply: Weighed });

const depot = defineTopology('registry-depot', {
  channels: {
    weighing: { carries: [Weigh], qos: { priorities: ['normal'], expires: '6 hours' } },
    weights: { carries: [Weighed] },
  },
  agents: {
    weigher: { runs: 'worker', capabilities: ['scales'], subscribes: ['weighing'] },
    watcher: { subscribes: ['system.agents'] },
  },
  clients: { counter: { publishes: [Weigh] } },
});

/** Two instances of a worker, of which one dies with work in hand and comes back. */
export const killedInstances: Row = {
  name: 'registry',
  title: `Of two workers one is killed over ${TASKS} tasks: offline after a minute, its tasks done by the other, each once; told once each way; used again when back; no dead registration revives. Of two agents one falls ill: its open requests are answered by the other, each once`,
  engine: false,
  quick: true,
  run: async ({ seed, quick, witness, progress }) => {
    const runs = quick ? RUNS.quick : RUNS.full;
    const problems: string[] = [];
    const sum = { sent: 0, lost: 0, extra: 0, slowest: 0, repeated: 0, moved: 0 };
    for (let run = 0; run < runs; run += 1) {
      const found = await play(seed * 100_003 + run, String(run), witness);
      sum.sent += found.sent;
      sum.lost += found.lost;
      sum.extra += found.extra;
      sum.repeated += found.repeated;
      sum.slowest = Math.max(sum.slowest, found.noticed);
      const ill = await playIllness(seed * 100_003 + run, String(run), witness);
      sum.sent += ill.sent;
      sum.lost += ill.lost;
      sum.extra += ill.extra;
      sum.moved = Math.max(sum.moved, ill.seconds);
      for (const problem of [...found.problems, ...ill.problems])
        if (problems.length < 5) problems.push(`run ${run}: ${problem}`);
      if (run % 25 === 24) progress(`${run + 1} of ${runs} runs`);
    }
    const { sent, lost, extra } = sum;
    return {
      ...{
        ok: problems.length === 0 && lost === 0 && extra === 0,
        sent,
        effects: sent - lost,
        quarantined: 0,
        lost,
        extra,
      },
      figure: `${runs} runs; offline after ${sum.slowest} s at most, told included; ${sum.repeated} handlings repeated; requests of an agent that fell ill answered by the other after ${sum.moved} s at most`,
      problems,
    };
  },
};

async function play(seed: number, run: string, witness: RowContext['witness']) {
  const random = seededRandom(seed);
  const heard: { readonly instance: string; readonly change: string; readonly at: number }[] = [];
  const seen = new Set<string>();
  const parts = {
    ...{ topology: depot, workflows: [], random },
    agents: [
      createAgent(depot, 'weigher')
        .handle({
          Weigh: ({ data: { parcel } }, { effectKey }) => {
            seen.add(`${parcel} ${effectKey}`);
            witness.note(`${run}-${parcel}-${effectKey}`);
            return { parcel };
          },
        })
        .with({}),
      createAgent(depot, 'watcher')
        .handle({
          AgentStatusChanged: ({ data: { agent, instance, from = '-', status } }) =>
            void (agent === 'weigher' && heard.push({ instance, change: `${from}>${status}`, at: world.clock.now() })),
          otherwise: () => undefined,
        })
        .with({}),
    ],
  };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  const problems: string[] = [];
  const changes = (instance: string): string =>
    heard
      .filter((one) => one.instance === instance)
      .map(({ change }) => change)
      .filter((change) => !change.includes('busy'))
      .join(' ');
  const publish = async (parcel: string): Promise<void> => {
    await harness.publish(Weigh, { parcel });
  };
  const present = async (): Promise<string> =>
    (await harness.agents.find({ capabilities: ['scales'] }))
      .map(({ instance }) => instance)
      .sort()
      .join(' ');
  const expect = (what: string, given: string, wanted: string): void => {
    if (given !== wanted) problems.push(`${what}: '${given}', not '${wanted}'`);
  };

  await harness.agents.start('weigher', { instance: 'a' });
  await harness.advance(`${1 + Math.floor(random() * 29)} seconds`);
  await harness.agents.start('weigher', { instance: 'b' });
  await harness.advance(`${90 + Math.floor(random() * 60)} seconds`);
  expect('both at work', await present(), 'a b');
  const point = CRASH_POINTS[Math.floor(random() * CRASH_POINTS.length)] ?? 'before-outcome';
  harness.faults.crash('weigher', point, { times: 1 });
  for (let task = 0; task < TASKS / 2; task += 1) await publish(`p-${task}`);
  await harness.advance('1 second');
  // Whoever had it in hand is dead; where the point was not passed, one is killed.
  const alive = (): string[] => ['a', 'b'].filter((name) => world.instances.isAlive('weigher', name));
  if (alive().length === 2) harness.agents.kill('weigher', random() < 0.5 ? 'a' : 'b');
  const [left = '', ...more] = alive();
  if (more.length > 0) problems.push('nobody died');
  const gone = left === 'a' ? 'b' : 'a';
  const killed = world.clock.now();
  await harness.advance('121 seconds');
  expect('the other alone at work', await present(), left);
  expect('told of the end once', changes(gone), '->ready ready>offline');
  expect('told of the other nothing', changes(left), '->ready');
  const told = heard.find(({ instance, change }) => instance === gone && change.endsWith('offline'));
  const noticed = ((told?.at ?? Infinity) - killed) / SECOND_MS;
  if (!(noticed <= 121)) problems.push(`offline was told after ${noticed} s`);
  for (let task = TASKS / 2; task < TASKS - 1; task += 1) await publish(`p-${task}`);
  await harness.settle();

  const { claims } = await world.ports.registry.of('weigher');
  const old = claims.find(({ instance }) => instance === gone);
  await harness.agents.start('weigher', { instance: gone });
  if (old) {
    const zombie = world.ports.registry.beat({ ...old, beat: old.beat + 1, state: 'gone', currentTasks: 0 });
    const code = await zombie.then(
      () => 'taken',
      (error: unknown) => (error instanceof LanewayError ? error.code : String(error)),
    );
    expect('a heartbeat of the dead registration', code, 'REPLACED');
  }
  await harness.advance('121 seconds');
  expect('both at work again', await present(), 'a b');
  expect('told of the return once', changes(gone), '->ready ready>offline offline>ready');
  harness.agents.kill('weigher', left);
  await publish(`p-${TASKS - 1}`);
  await harness.settle();

  const done = new Set([...seen].map((one) => one.split(' ')[0] ?? ''));
  let lost = 0;
  for (let task = 0; task < TASKS; task += 1) if (!done.has(`p-${task}`)) lost += 1;
  if (lost > 0) problems.push(`${lost} tasks were not done`);
  // A repetition has the effect key of the first; another key is another effect.
  const extra = seen.size - done.size;
  const counts = [...witness.counts()].filter(([key]) => key.startsWith(`${run}-`));
  const repeated = counts.reduce((all, [, count]) => all + count - 1, 0);
  return { sent: TASKS, lost, extra, repeated, noticed, problems };
}
