import { createAgent } from 'laneway/agent';
import { event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Row, RowResult } from '../driver/row.js';
import type { Witness } from '../driver/witness.js';

const SEEDS = 300;
const QUICK_SEEDS = 10;
const ORDERS = 24;
const MOST_PROBLEMS = 5;
const OPERATOR = { by: 'the row', why: 'to see that nothing is lost' };

const Ordered = event('Ordered', z.object({ order: z.string() }));
const qos = { priorities: ['critical', 'normal', 'low'], expires: '3 days', tries: 5 } as const;
const office = defineTopology('office', {
  channels: { orders: { carries: [Ordered], qos } },
  agents: { clerk: { subscribes: ['orders'] }, reader: { subscribes: ['system.breakers'] } },
  clients: { shop: { publishes: [Ordered] } },
});

/** Counts of one run. */
interface Counted {
  readonly problems: string[];
  readonly probes: number;
  readonly dead: number;
}

/** Something outside is away, twice, for minutes to hours, while the store of breakers fails at times and a person turns them. */
export const breaker: Row = {
  name: 'breaker',
  title:
    'Something outside that is away for minutes to hours, behind a breaker that three lanes share: every message is handled, none dies of its tries, one call at a time is tried, each change is told once',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const seeds = quick ? QUICK_SEEDS : SEEDS;
    const all: Counted[] = [];
    for (let run = 1; run <= seeds; run++) {
      all.push(await runOnce(run, seededRandom(seed * 6151 + run), witness));
      if (run % 50 === 0) progress(`${run} of ${seeds} seeds`);
    }
    return resultOf(all, seeds * ORDERS, witness);
  },
};

async function runOnce(run: number, random: () => number, witness: Witness): Promise<Counted> {
  const problems: string[] = [];
  const told: number[] = [];
  let [isAway, trying, probes] = [false, 0, 0];
  const clerk = createAgent(office, 'clerk').handle({
    Ordered: ({ data: { order } }, { guard }) =>
      guard(
        'books',
        async () => {
          const [standing] = await world.breakers.list('clerk');
          const isTry = standing?.state === 'half-open';
          if (isTry && ++trying > 1) problems.push(`${order}: ${trying} calls are tried at once`);
          if (isTry) probes++;
          if (standing?.state === 'open') problems.push(`${order}: a call was made while the breaker was open`);
          // Others come in between.
          await new Promise((resolve) => void setImmediate(resolve));
          if (isTry) trying--;
          if (isAway) throw new Error('the books are away');
          witness.note(`${run}-${order}`);
        },
        { failureThreshold: 3, recoveryTimeout: '1 minute' },
      ),
  });
  const reader = createAgent(office, 'reader').handle({ BreakerChanged: ({ data }) => void told.push(data.turn) });
  const world = createHarness(office, { agents: [clerk.with({}), reader.with({})], seed: run });
  const conversations: string[] = [];
  for (const away of [5, 30, 180].filter(() => random() < 0.8)) {
    isAway = true;
    if (random() < 0.5) world.faults.outage({ port: 'breakers', for: '10 minutes', share: 0.2, who: 'clerk' });
    for (let order = 0; order < ORDERS / 3; order++) {
      const priority = (['critical', 'normal', 'low'] as const)[order % 3] ?? 'normal';
      const { correlationId } = await world.publish(Ordered, { order: `${away}-${order}` }, { priority });
      conversations.push(correlationId);
    }
    await world.advance(`${away} minutes`);
    isAway = false;
    const [standing] = await world.breakers.list('clerk');
    if (standing && random() < 0.3) await world.breakers.trip('clerk', 'books', OPERATOR);
    await world.advance('20 minutes');
    if (standing) await world.breakers.reset('clerk', 'books', OPERATOR);
    await world.settle();
  }
  for (let order = conversations.length; order < ORDERS; order++) {
    const { correlationId } = await world.publish(Ordered, { order: `last-${order}` });
    conversations.push(correlationId);
  }
  await world.settle();
  const accounts = conversations.map((one) => world.conversation(one).account);
  const dead = accounts.reduce((sum, { deadLettered }) => sum + deadLettered, 0);
  if (dead > 0) problems.push(`run ${run}: ${dead} messages died of their tries`);
  const [last] = await world.breakers.list('clerk');
  const turns = [...told].sort((a, b) => a - b);
  if (last && turns.some((turn, index) => turn !== index + 1)) problems.push(`run ${run}: told ${turns.join(' ')}`);
  if (last && turns.length !== last.turn)
    problems.push(`run ${run}: ${turns.length} of ${last.turn} changes were told`);
  return { problems, probes, dead };
}

function resultOf(all: readonly Counted[], sent: number, witness: Witness): RowResult {
  const counts = [...witness.counts().values()];
  const effects = counts.length;
  const repeated = counts.reduce((sum, count) => sum + count - 1, 0);
  const sum = (of: (one: Counted) => number) => all.reduce((total, one) => total + of(one), 0);
  const dead = sum((one) => one.dead);
  const problems = all.flatMap((one) => one.problems);
  const lost = sent - effects - dead;
  return {
    ...{ sent, effects, lost, quarantined: dead, extra: repeated + problems.length },
    ok: lost === 0 && dead === 0 && repeated === 0 && problems.length === 0,
    figure: `${sum((one) => one.probes)} calls were tried, one at a time`,
    problems: problems.slice(0, MOST_PROBLEMS),
  };
}
