import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../../cli/demo/quantile.js';
import { readEffects } from '../depot/effects.js';
import { deployDepot, depths, packages, publishAll, untilWitnessed, type Sent } from './engine-depot.js';
import { wholeResult } from './engine-result.js';
import type { Row } from '../driver/row.js';

const LOW = 2_000;
const HIGH = LOW / 10;
/** Milliseconds that a package of the flood takes, so that the lower lane fills. */
const WORK_MS = 1_000;
/** Waiting in the lower lane when the first of high priority are published. */
const BACKLOG = 300;

/** Ten of low priority to one of high: each priority has lanes of its own, so that high ones pass the low ones by. */
export const engineFlood: Row = {
  name: 'engine-flood',
  title: `10:1 flood on a deployed application: ${LOW} messages of low priority, and ${HIGH} of high among them once the low lane has filled`,
  engine: true,
  quick: false,
  run: async ({ witness, progress }) => {
    const depot = await deployDepot(witness.path);
    // One message of each priority goes ahead, so that no measured wait holds the start of a function.
    const warm = await publishAll(depot.gate, [
      { key: 'warm-low', priority: 'low' },
      { key: 'warm-high', priority: 'high' },
    ]);
    await untilWitnessed(witness.path, ({ stored }) => stored.size >= warm.length, 60_000);
    const flood = publishAll(
      depot.gate,
      packages('low', LOW, () => ({ priority: 'low', work: WORK_MS })),
      { lanes: 4 },
    );
    let flooded = false;
    const ended = flood.then(() => (flooded = true));
    for (let deep = 0; deep < BACKLOG && !flooded; deep = (await depths(depot.app)).sorter['low'] ?? 0)
      await sleep(300);
    const waiting: number[] = [];
    const high: Sent[] = [];
    for (let at = 0; at < HIGH; at += 10) {
      waiting.push((await depths(depot.app)).sorter['low'] ?? 0);
      const ten = packages('high', 10, (index) => ({ key: `high-${at + index}`, priority: 'high', work: WORK_MS }));
      high.push(...(await publishAll(depot.gate, ten)));
      progress(`${high.length} of high priority published; ${waiting.at(-1) ?? 0} wait in the low lane`);
      await sleep(500);
    }
    await ended;
    const sent = [...warm, ...high, ...(await flood)];
    await untilWitnessed(
      witness.path,
      ({ stored }) => stored.size >= sent.length,
      240_000,
      ({ stored }) => progress(`stored ${stored.size} of ${sent.length}`),
    );
    const { sorted } = readEffects(witness.path);
    const waits = (prefix: string): number[] =>
      [...sorted].flatMap(([key, [first]]) => (first && key.startsWith(`${prefix}-`) ? [first.waited] : []));
    const [highWaits, lowWaits] = [waits('high'), waits('low')];
    const told = (values: readonly number[]): string =>
      `p50 ${quantile(values, 0.5)} ms, p99 ${quantile(values, 0.99)} ms`;
    const figure = `wait from publish to handler: high ${told(highWaits)}; low ${told(lowWaits)}; low lane ${Math.min(...waiting)} to ${Math.max(...waiting)} deep meanwhile`;
    const problems = [
      ...(Math.min(...waiting) === 0 ? ['the low lane ran empty, so that there was no flood to pass by'] : []),
      ...(quantile(highWaits, 0.99) < quantile(lowWaits, 0.5)
        ? []
        : ['the slowest of high priority waited as long as half of the low ones']),
    ];
    return wholeResult(depot, sent, { settleWithinMs: 60_000, figure, problems });
  },
};
