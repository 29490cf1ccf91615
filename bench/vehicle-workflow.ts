import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enter } from '../cli/context/target.js';
import { interruptible } from '../cli/commands/deployment/deploy-here.js';
import { table } from '../cli/render/table.js';
import { deployApp } from '../infra/engines/deploy/deploy.js';
import { openEngine } from '../infra/engines/open-engine.js';
import { bareHops, HOPS, type HopKind, type Round } from './bare-hops/measure.js';
import { quantile } from '../cli/demo/quantile.js';
import { summarize, type Summary } from './statistics.js';
import { PATHS, vehicleRuns, type PathName, type Run } from './vehicle-run.js';

/**
 * Measures the time of a conversation of the vehicle application on an engine, beside the least that its hops take there.
 *
 *   npm run bench -- vehicle-workflow [--json] [--healthy N] [--warning N]
 *
 * Published: the client's call begins. Complete: the stamp of `WorkflowCompleted`. The time of the customer, from the
 * sending of the notice to the publishing of the answer, is left out and told apart. The bare hops are resources of
 * their own on the same engine with nothing of Laneway in them. Every measured run is followed by a round of them on the
 * engine at rest, and by one beside a conversation that is not measured, so that all see the same machine. Floor of a
 * path = sum of the p50 of each hop at rest times how often the path makes it: the aim is held against that. Beside a
 * conversation the same bare hops take longer, as the engine has to poll for more than one queue: told as the busy floor.
 */
const AIM = { seconds: 2, timesFloor: 2 };
const WARM_UP = 8;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const names = Object.keys(PATHS) as PathName[];
const hopNames = Object.keys(HOPS) as HopKind[];

interface Measured {
  readonly cold: Readonly<Record<PathName, number>>;
  readonly runs: Readonly<Record<PathName, readonly Run[]>>;
  readonly rounds: readonly Round[];
  /** Rounds beside a conversation. */
  readonly busy: readonly Round[];
}

interface PathResult extends Summary {
  readonly coldMs: number;
  readonly floorMs: number;
  readonly timesFloor: number;
  readonly busyFloorMs: number;
  readonly timesBusyFloor: number;
  readonly meetsAim: boolean;
  readonly customerP50: number;
  readonly hops: Readonly<Record<HopKind, number>>;
  readonly waypoints: readonly { readonly name: string; readonly p50: number }[];
}

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const counts = { healthy: count(args, '--healthy', 40), warning: count(args, '--warning', 20) };
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const interrupt = interruptible();
  const load = loadavg();
  const engine = await openEngine({ projectDirectory: ROOT, progress: say });
  try {
    enter(engine.target);
    say('deploying the vehicle application and the bare hops');
    await deployApp({
      target: engine.target,
      directory: ROOT,
      signal: interrupt.signal,
      context: { 'vehicles:respond-within': '5 minutes' },
      assembly: '.laneway/cdk.out-bench',
    });
    const round = await bareHops(engine.target, interrupt.signal);
    const run = await vehicleRuns(engine.target, interrupt.signal);
    const measured = await measure(run, round, counts, say);
    const result = {
      bench: 'vehicle-workflow',
      engine: engine.target.kind,
      aim: AIM,
      loadBefore: load,
      loadAfter: loadavg(),
      ...evaluate(measured),
    };
    console.log(json ? JSON.stringify(result) : report(result));
  } finally {
    interrupt.release();
    await engine.close();
  }
}

function count(args: readonly string[], flag: string, usual: number): number {
  const at = args.indexOf(flag);
  const given = at < 0 ? usual : Number(args[at + 1]);
  if (!Number.isInteger(given) || given < 1) throw new Error(`${flag} takes a whole number from 1`);
  return given;
}

async function measure(
  run: Awaited<ReturnType<typeof vehicleRuns>>,
  round: () => Promise<Round>,
  counts: Readonly<Record<PathName, number>>,
  say: (line: string) => void,
): Promise<Measured> {
  const runs: Record<PathName, Run[]> = { healthy: [], warning: [] };
  const cold = { healthy: (await run(PATHS.healthy)).ms, warning: (await run(PATHS.warning)).ms };
  const rounds: Round[] = [];
  const busy: Round[] = [];
  await round();
  for (let at = 0; at < WARM_UP; at += 1) {
    await run(PATHS.warning);
    await round();
  }
  for (const name of names) {
    say(`measuring the ${name} path, ${counts[name]} runs`);
    for (let at = 0; at < counts[name]; at += 1) {
      runs[name].push(await run(PATHS[name]));
      rounds.push(await round());
      const [beside] = await Promise.all([round(), run(PATHS[name])]);
      busy.push(beside);
    }
  }
  return { cold, runs, rounds, busy };
}

const summarizeHops = (rounds: readonly Round[]): Record<HopKind, Summary> =>
  Object.fromEntries(hopNames.map((hop) => [hop, summarize(rounds.flatMap((round) => round[hop]))])) as Record<
    HopKind,
    Summary
  >;

function evaluate({ cold, runs, rounds, busy }: Measured) {
  const hops = summarizeHops(rounds);
  const busyHops = summarizeHops(busy);
  const paths = Object.fromEntries(
    names.map((name): [PathName, PathResult] => {
      const floorOf = (each: Readonly<Record<HopKind, Summary>>): number =>
        hopNames.reduce((sum, hop) => sum + each[hop].p50 * PATHS[name].hops[hop], 0);
      const floorMs = floorOf(hops);
      const busyFloorMs = floorOf(busyHops);
      const all = summarize(runs[name].map(({ ms }) => ms));
      const timesFloor = all.p50 / floorMs;
      return [
        name,
        {
          ...all,
          coldMs: cold[name],
          floorMs,
          timesFloor,
          busyFloorMs,
          timesBusyFloor: all.p50 / busyFloorMs,
          meetsAim: all.p50 <= AIM.seconds * 1_000 && timesFloor <= AIM.timesFloor,
          customerP50: quantile(
            runs[name].map(({ customerMs }) => customerMs),
            0.5,
          ),
          hops: PATHS[name].hops,
          waypoints: stretches(runs[name]),
        },
      ];
    }),
  ) as Record<PathName, PathResult>;
  return { hops, busyHops, paths };
}

/** The p50 of each stretch; they need not add up to the p50 of the whole. */
function stretches(runs: readonly Run[]): { name: string; p50: number }[] {
  return (runs[0]?.waypoints ?? []).map(({ name }, at) => ({
    name,
    p50: quantile(
      runs.flatMap(({ waypoints }) => waypoints[at]?.ms ?? []),
      0.5,
    ),
  }));
}

type Result = ReturnType<typeof evaluate> & {
  readonly engine: string;
  readonly loadBefore: readonly number[];
  readonly loadAfter: readonly number[];
};

function report({ engine, hops, busyHops, paths, loadBefore, loadAfter }: Result): string {
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const lines = [`publish -> complete of the vehicle application on ${engine}, warm, one conversation at a time`, ''];
  for (const name of names) {
    const path = paths[name];
    const used = hopNames.filter((hop) => path.hops[hop] > 0);
    lines.push(
      `${name}: p50 ${ms(path.p50)}, p99 ${ms(path.p99)}${path.runs < 100 ? ' (the slowest)' : ''} of ${path.runs} runs; floor ${ms(path.floorMs)}; ${path.timesFloor.toFixed(2)} times the floor (${path.timesBusyFloor.toFixed(2)} times the busy one); ${path.meetsAim ? 'meets' : 'misses'} the aim`,
      ...table(
        [
          ...used.map((hop) => [
            HOPS[hop],
            ms(hops[hop].p50),
            ms(hops[hop].p99),
            String(path.hops[hop]),
            ms(hops[hop].p50 * path.hops[hop]),
            ms(busyHops[hop].p50),
            ms(busyHops[hop].p50 * path.hops[hop]),
          ]),
          ['floor', '', '', '', ms(path.floorMs), '', ms(path.busyFloorMs)],
        ],
        {
          head: ['bare hop', 'p50', 'p99', 'times', 'p50 x times', 'busy p50', 'x times'],
          right: [1, 2, 3, 4, 5, 6],
          indent: '  ',
        },
      ),
      '',
      ...table(
        path.waypoints.map((stretch) => [stretch.name, ms(stretch.p50)]),
        { head: ['where the time goes', 'p50'], right: [1], indent: '  ' },
      ),
      `  first run, the functions that nothing ran before cold: ${ms(path.coldMs)}${path.customerP50 > 0 ? `; the customer, not counted: p50 ${ms(path.customerP50)}` : ''}`,
      '',
    );
  }
  const loads = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(' ');
  lines.push(
    `aim: at most ${AIM.seconds} s and ${AIM.timesFloor} times the floor`,
    `load average before ${loads(loadBefore)}, after ${loads(loadAfter)}`,
  );
  return lines.join('\n');
}

await main(process.argv.slice(2));
