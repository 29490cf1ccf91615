import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { RowContext } from '../driver/row.js';

/** Requests that are open at the agent that falls ill. */
const REQUESTS = 10;
/** Heartbeat, look of the platform, and what is left of the second in which a request moves on. */
const NOTICED_SECONDS = 30 + 60 + 5;

const Weighed = event('Weighed', z.object({ parcel: z.string() }));
const Weigh = command('Weigh', z.object({ parcel: z.string() }), { reply: Weighed });

const depot = defineTopology('health-depot', {
  channels: {
    weighing: {
      carries: [Weigh],
      qos: { priorities: ['normal'], expires: '12 hours' },
      escalation: [{ agent: 'another', timeout: '1 hour' }],
    },
    weights: { carries: [Weighed] },
  },
  agents: {
    first: { runs: 'worker', subscribes: ['weighing'] },
    second: { runs: 'worker', subscribes: ['weighing'] },
    watcher: { subscribes: ['system.agents'] },
  },
  clients: { counter: { publishes: [Weigh] } },
});

/** An agent falls ill with requests open at it, and is well again later; another answers them meanwhile, each once. */
export async function playIllness(seed: number, run: string, witness: RowContext['witness']) {
  const random = seededRandom(seed);
  let ill = false;
  const heard: string[] = [];
  const effects = new Map<string, number>();
  const answered: Record<'first' | 'second', string[]> = { first: [], second: [] };
  const weigh =
    (by: 'first' | 'second') =>
    ({ data: { parcel } }: { data: { parcel: string } }) => {
      effects.set(parcel, (effects.get(parcel) ?? 0) + 1);
      answered[by].push(parcel);
      witness.note(`${run}-ill-${parcel}`);
      return { parcel };
    };
  const agents = [
    createAgent(depot, 'first').handle({ Weigh: weigh('first') }, { health: () => !ill }),
    createAgent(depot, 'second').handle({ Weigh: weigh('second') }),
    createAgent(depot, 'watcher').handle({
      AgentWentDown: ({ data }) => void heard.push(`${data.agent} down`),
      AgentCameBack: ({ data }) => void heard.push(`${data.agent} back`),
      otherwise: () => undefined,
    }),
  ];
  const harness = createHarness(depot, { agents: agents.map((one) => one.with({})), seed });
  const problems: string[] = [];
  const expect = (what: string, given: string, wanted: string): void => {
    if (given !== wanted) problems.push(`${what}: '${given}', not '${wanted}'`);
  };
  const ask = (parcel: string) => harness.request(Weigh, { parcel }, { timeout: '10 hours' });

  await harness.agents.start('first', { instance: 'a' });
  await harness.agents.start('second', { instance: 'a' });
  await harness.advance(`${60 + Math.floor(random() * 120)} seconds`);
  ill = true;
  await harness.advance('30 seconds');
  const began = harness.now().getTime();
  const parcels = Array.from({ length: REQUESTS }, (_, index) => `p-${index}`);
  for (const parcel of parcels.slice(1)) await harness.publish(Weigh, { parcel }, { deadline: '10 hours' });
  await ask(parcels[0] ?? '');
  const seconds = (harness.now().getTime() - began) / 1_000;
  if (seconds > NOTICED_SECONDS) problems.push(`answered after ${seconds} s`);
  await harness.advance('10 seconds');
  expect('answered by the other', [...answered.second].sort().join(), parcels.join());
  await harness.advance(`${10 + Math.floor(random() * 60)} minutes`);
  ill = false;
  await harness.advance('5 minutes');
  expect('told of it once each way', heard.join(), 'first down,first back');
  await ask('p-last');
  await harness.settle();
  expect('used again when well', answered.first.join(), 'p-last');
  const all = [...parcels, 'p-last'];
  return {
    sent: all.length,
    lost: all.filter((parcel) => !effects.has(parcel)).length,
    extra: all.reduce((sum, parcel) => sum + Math.max(0, (effects.get(parcel) ?? 0) - 1), 0),
    seconds,
    problems,
  };
}
