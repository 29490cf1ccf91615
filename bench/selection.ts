import { serve, type Server } from './selection/fleet.js';
import { STRATEGIES, type Strategy } from './selection/strategies.js';
import { measureMatching } from './selection/tool-matching.js';
import { summarize } from './statistics.js';

/**
 * Compares the strategies by which channels choose agents, and measures how tasks in free text find capabilities.
 *
 *   npm run bench -- selection [--json]
 *
 * A fleet of eight agents with four slots each gets 20,000 tasks of four publishers, three times by different chances.
 * Sizes of tasks are log-normal (mean 2 seconds, one in a hundred above 16). Two agents are somewhat faster and two
 * somewhat slower than the others, one is four times as slow, and nine in ten tries of another one fail. A task whose tries
 * are used up goes to the next agent of its choice, as by a ladder. Times are simulated, on the harness's clock: the load
 * of the machine does not show. Equal agents get 1,000 messages besides; `unequal` is the largest distance of an agent's
 * part from an equal one.
 */
const FLEET: readonly Server[] = [
  { agent: 'steady-1', slowness: 1 },
  { agent: 'steady-2', slowness: 1 },
  { agent: 'fast-1', slowness: 0.8 },
  { agent: 'fast-2', slowness: 0.8 },
  { agent: 'heavy-1', slowness: 1.3 },
  { agent: 'heavy-2', slowness: 1.3 },
  { agent: 'slow', slowness: 4 },
  { agent: 'failing', slowness: 1, fails: 0.9 },
];
const WORK = { tasks: 20_000, rate: 3.6, publishers: 4 };
const SEEDS = [1, 2, 3];
const EQUAL = { tasks: 1_000, rate: 3.6, publishers: 1, seed: 1 };
const AIM = { p99Ratio: 0.6, unequal: 0.1, mrr: 0.6 };

interface Row {
  readonly name: string;
  readonly meanMs: number;
  readonly p99Ms: number;
  /** Tasks that no agent could do. */
  readonly lost: number;
  /** Shares of the slow and of the failing agent in the first choices. */
  readonly slow: number;
  readonly failing: number;
  readonly unequal: number;
}

async function rowOf(strategy: Strategy): Promise<Row> {
  const runs = await Promise.all(SEEDS.map((seed) => serve(FLEET, strategy, { ...WORK, seed })));
  const latencies = runs.flatMap((run) => run.latencies);
  const mean = latencies.reduce((sum, one) => sum + one, 0) / latencies.length;
  const share = (agent: string) =>
    runs.reduce((sum, { chosen }) => sum + (chosen[agent] ?? 0), 0) / (SEEDS.length * WORK.tasks);
  const equals = FLEET.map(({ agent }) => ({ agent, slowness: 1 }));
  const parts = (await serve(equals, strategy, EQUAL)).chosen;
  const distances = equals.map(({ agent }) => Math.abs(((parts[agent] ?? 0) * equals.length) / EQUAL.tasks - 1));
  return {
    name: strategy.name,
    meanMs: Math.round(mean),
    p99Ms: Math.round(summarize(latencies).p99),
    lost: runs.reduce((sum, { lost }) => sum + lost, 0),
    ...{ slow: share('slow'), failing: share('failing') },
    unequal: Math.max(...distances),
  };
}

async function main(json: boolean): Promise<void> {
  const rows: Row[] = [];
  for (const strategy of STRATEGIES) rows.push(await rowOf(strategy));
  const p99Of = (name: string) => rows.find((row) => row.name === name)?.p99Ms ?? Number.NaN;
  const p99Ratio = p99Of('score') / p99Of('round-robin');
  const matching = await measureMatching();
  const skipped = matching ? {} : { skipped: 'mrr: needs the optional data folder ../shared/data (tool-matching)' };
  const result = {
    bench: 'selection',
    rows,
    p99Ratio,
    ...(matching ? { mrr: matching.mrr, matching } : {}),
    ...skipped,
  };
  if (json) {
    console.log(JSON.stringify({ ...result, aim: AIM }));
    return;
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const verdict = (good: boolean) => (good ? 'ok' : 'missed');
  const unequal = rows.find(({ name }) => name === 'score')?.unequal ?? Number.NaN;
  console.log(
    [
      'strategy            mean ms     p99 ms   lost     slow  failing  unequal',
      ...rows.map(
        (row) =>
          `${row.name.padEnd(16)}${String(row.meanMs).padStart(11)}${String(row.p99Ms).padStart(11)}${String(row.lost).padStart(7)}` +
          [row.slow, row.failing, row.unequal].map((one) => percent(one).padStart(9)).join(''),
      ),
      `p99 of score:       ${p99Ratio.toFixed(2)} times that of round-robin (aim ${AIM.p99Ratio}: ${verdict(p99Ratio <= AIM.p99Ratio)})`,
      `equal agents:       ${percent(unequal)} apart by score (aim ${percent(AIM.unequal)}: ${verdict(unequal <= AIM.unequal)})`,
      matching
        ? `tasks in free text: MRR ${matching.mrr.toFixed(3)} over ${matching.heldOut} held out, ${matching.mrrOfDescriptions.toFixed(3)} by descriptions alone (aim ${AIM.mrr}: ${verdict(matching.mrr > AIM.mrr)})`
        : `skipped: ${skipped.skipped}`,
    ].join('\n'),
  );
}

await main(process.argv.includes('--json'));
