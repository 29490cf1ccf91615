import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from '../infra/constructs/bundle-options.js';
import type * as Measure from './in-process/measure.js';
import { quantile } from '../cli/demo/quantile.js';
import { summarize } from './statistics.js';

/**
 * Throughput and latency of an application in process: from `publish` of a client to the end of the last handling.
 *
 *   npm run bench -- in-process [--json]
 *
 * `one`: a channel with one agent. `fan-out`: a channel with three, so that each message is handled three times; its rate
 * counts published messages. The rate of CPU time says what a process gets that nobody else disturbs. PUBLISHERS clients publish, each its next message when the one before is taken, which is what
 * an application does that awaits its calls. The rate is the median of ROUNDS rounds, each of an application of its own, after
 * one to warm up; every handling is counted, and a round that lacks one is an error. Routing is the time from the call of
 * `publish` to the first line of the handler, one message at a time, without anything beside it.
 */
const MESSAGES = 20_000;
const PUBLISHERS = 32;
const ROUNDS = 5;
const ROUTED = 5_000;
const AIM = { messagesPerSecond: 10_000, routingP99Ms: 1 };

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, '../.laneway/bench-in-process');

/** Measured module, bundled as in the package: a loader of TypeScript sources names every closure as it is made, a bundle does not. */
async function bundled(): Promise<typeof Measure> {
  await build({ ...BUNDLE_OPTIONS, entryPoints: [join(HERE, 'in-process/measure.ts')], outdir: OUT });
  return (await import(pathToFileURL(join(OUT, 'measure.mjs')).href)) as typeof Measure;
}

interface Rates {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  /** Per second of the clock, in their order. */
  readonly rounds: readonly number[];
}

async function main(json: boolean): Promise<void> {
  const { rate, routing } = await bundled();
  const rates = async (channel: 'one' | 'three'): Promise<Rates> => {
    await rate(channel, MESSAGES, PUBLISHERS);
    const rounds: Measure.Rate[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await rate(channel, MESSAGES, PUBLISHERS));
    const middle = (of: keyof Measure.Rate): number =>
      Math.round(
        quantile(
          rounds.map((one) => one[of]),
          0.5,
        ),
      );
    return {
      perSecond: middle('perSecond'),
      perCpuSecond: middle('perCpuSecond'),
      rounds: rounds.map(({ perSecond }) => Math.round(perSecond)),
    };
  };
  const [one, fanOut] = [await rates('one'), await rates('three')];
  // The first sixth warms up.
  const routingMs = summarize((await routing(ROUTED * 1.2)).slice(-ROUTED));
  const sizes = { messages: MESSAGES, publishers: PUBLISHERS, aim: AIM };
  if (json) console.log(JSON.stringify({ bench: 'in-process', ...sizes, one, fanOut, routingMs }));
  else report(one, fanOut, routingMs);
}

function report(one: Rates, fanOut: Rates, { p50, p99, runs }: ReturnType<typeof summarize>): void {
  const rates = ({ perSecond, perCpuSecond, rounds }: Rates): string =>
    [perSecond, perCpuSecond].map((value) => value.toLocaleString('en').padStart(10)).join('') +
    `   ${rounds.join(', ')}`;
  const verdict = (met: boolean): string => (met ? 'meets the aim' : 'misses the aim');
  console.log(
    [
      `in process, ${PUBLISHERS} publishers, median of ${ROUNDS} rounds of ${MESSAGES.toLocaleString('en')} messages`,
      '                            /s  /s of CPU   rounds',
      `one agent           ${rates(one)}`,
      `three agents        ${rates(fanOut)}; each message is handled three times`,
      `publish to handler, one at a time: p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms of ${runs}`,
      `aim ${AIM.messagesPerSecond.toLocaleString('en')} /s: ${verdict(one.perSecond >= AIM.messagesPerSecond)}; aim ${AIM.routingP99Ms} ms p99: ${verdict(p99 < AIM.routingP99Ms)}`,
    ].join('\n'),
  );
}

await main(process.argv.includes('--json'));
