import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { enter } from '../cli/context/target.js';
import { openEngine } from '../infra/engines/open-engine.js';
import { openCounter, type Counter } from './counter/open-counter.js';
import { startWorkerProcess } from './counter/worker-process.js';
import { summarize, type Summary } from './statistics.js';

/**
 * Measures the delay that a slow handler means for fast messages of the same lane in the same worker, on a local engine:
 *
 *   npm run bench -- worker [--json]
 *
 * A `laneway worker run` with its usual eight slots gets 100 messages, from the client's publish to the answer noted by another agent. In
 * turn: without, with, with, without a handler of 20 seconds that has begun before them. The aim is a p99 at most twice that without.
 */
const FAST = 100;
const SLOW_MS = 20_000;
const AT_ONCE = 5;
const WITHIN_MS = 120_000;
const AIM = 2;
const CLERK = 'north';

interface Result {
  readonly bench: 'worker';
  readonly engine: string;
  readonly cores: number;
  /** Milliseconds from publish to answer. */
  readonly without: Summary;
  readonly beside: Summary;
  /** Ratio of the two p99. */
  readonly ratio: number;
  /** Fast messages that were answered while the slow handler ran. */
  readonly answeredBeside: number;
  readonly met: boolean;
  readonly loadBefore: readonly number[];
  readonly loadAfter: readonly number[];
}

async function main(json: boolean): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const loadBefore = loadavg();
  const folder = mkdtempSync(join(tmpdir(), 'laneway-bench-worker-'));
  const file = join(folder, 'notes');
  writeFileSync(file, '');
  const engine = await openEngine({ projectDirectory: process.cwd(), progress: say });
  try {
    enter(engine.target);
    say('deploying the counter');
    const counter = await openCounter(file);
    const worker = await startWorkerProcess(CLERK);
    try {
      const times = await measure(counter, say);
      const without = summarize(times.without);
      const beside = summarize(times.beside);
      const ratio = beside.p99 / without.p99;
      const result: Result = {
        bench: 'worker',
        engine: engine.target.kind,
        cores: availableParallelism(),
        without,
        beside,
        ratio,
        answeredBeside: times.answeredBeside,
        met: ratio <= AIM && times.answeredBeside === beside.runs,
        loadBefore,
        loadAfter: loadavg(),
      };
      console.log(json ? JSON.stringify(result) : report(result));
      if (!result.met) process.exitCode = 1;
    } finally {
      await worker.end();
      await counter.close();
    }
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(counter: Counter, say: (line: string) => void) {
  await fast(counter, 'warm-up');
  const times = { without: [] as number[], beside: [] as number[], answeredBeside: 0 };
  for (const [at, slow] of [undefined, 'slow-1', 'slow-2', undefined].entries()) {
    say(`${FAST} fast messages ${slow === undefined ? 'alone' : `beside a handler of ${SLOW_MS / 1_000} s`}`);
    if (slow === undefined) {
      times.without.push(...(await fast(counter, `round-${at}`)));
      continue;
    }
    await counter.give(CLERK, slow, SLOW_MS);
    while (!counter.notes().begun.has(slow)) await new Promise((resolve) => setTimeout(resolve, 50));
    times.beside.push(...(await fast(counter, `round-${at}`)));
    if (!counter.notes().answered.has(slow)) times.answeredBeside += FAST;
    if (!(await counter.answered([slow], WITHIN_MS))) throw new Error(`${slow} was not answered`);
  }
  return times;
}

/** Publishes the fast messages and waits for their answers. @returns times of all, milliseconds */
async function fast(counter: Counter, round: string): Promise<number[]> {
  const keys = Array.from({ length: FAST }, (_, index) => `${round}-${index}`);
  const left = [...keys];
  const lane = async (): Promise<void> => {
    for (let key = left.shift(); key !== undefined; key = left.shift()) await counter.give(CLERK, key, 0);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (!(await counter.answered(keys, WITHIN_MS))) throw new Error(`not all of ${round} were answered`);
  const { answered } = counter.notes();
  return keys.map((key) => answered.get(key)?.[0]?.took ?? Number.NaN);
}

function report({ without, beside, ratio, met, answeredBeside, ...about }: Result): string {
  const line = (what: string, { p50, p99, runs }: Summary): string =>
    `  ${what.padEnd(22)} p50 ${p50.toFixed(0).padStart(6)} ms  p99 ${p99.toFixed(0).padStart(6)} ms  of ${runs}`;
  const loads = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(' ');
  return [
    `${FAST} messages at once for a worker of 8 slots on ${about.engine}, ${about.cores} cores, each case twice`,
    line('alone', without),
    line(`beside ${SLOW_MS / 1_000} s`, beside),
    `ratio of p99: ${ratio.toFixed(2)}, aim at most ${AIM}: ${met ? 'met' : 'missed'}; answered while the slow one ran: ${answeredBeside} of ${beside.runs}`,
    `load average before ${loads(about.loadBefore)}, after ${loads(about.loadAfter)}`,
  ].join('\n');
}

await main(process.argv.includes('--json'));
