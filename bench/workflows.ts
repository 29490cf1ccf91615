import { availableParallelism, loadavg } from 'node:os';
import { interruptible } from '../cli/commands/deployment/deploy-here.js';
import { table } from '../cli/render/table.js';
import { enter } from '../cli/context/target.js';
import { openEngine } from '../infra/engines/open-engine.js';
import { workflowCost } from '../shared/operator/workflows/workflow-cost.js';
import { openSides, runRaces, STEPS, transitionsOf, type Races, type RaceSide } from './relay/races.js';
import { race } from './relay/topology.js';
import { summarize, type Summary } from './statistics.js';

/**
 * Many instances of a workflow at once on an engine, beside the same hops glued by hand.
 *
 *   npm run bench -- workflows [--json] [--instances N]
 *
 * The workflow is three requests, one after the other, whose agent answers at once (bench/relay/topology.ts). Beside it, on
 * the same engine, a state machine of the same three steps glued from the same services: function, bus, rule, queue,
 * function, and back, with nothing of Laneway in it (bench/relay/bare-app.ts): no schema, lease, ledger, deadline. A step's time is that of
 * the execution, from the engine's own stamps, divided by its steps. First one instance at a time, the sides in turn; then all at
 * once: Laneway, bare, bare, Laneway, so that a machine that slows down meanwhile slows both.
 */
const USUAL_INSTANCES = 200;
const ALONE = 12;
const WARM_UP = 5;

type SideName = 'laneway' | 'bare';
const SIDES = ['laneway', 'bare'] as const satisfies readonly SideName[];

interface Crowd extends Summary {
  readonly failed: number;
  /** Of a step: the execution's time by its steps. */
  readonly step: Summary;
  /** From the call that asked for it to its end. */
  readonly whole: Summary;
  /** Milliseconds from the first call to the last end, of each round. */
  readonly all: readonly number[];
  readonly perSecond: number;
}

async function main(args: readonly string[]): Promise<void> {
  const instances = instancesOf(args);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const interrupt = interruptible();
  const { signal } = interrupt;
  const loadBefore = loadavg();
  const engine = await openEngine({ projectDirectory: process.cwd(), progress: say });
  try {
    enter(engine.target);
    say('deploying the workflow and the bare relay');
    const sides = await openSides(engine.target, signal);
    const transitions = { laneway: await transitionsOf(sides.laneway), bare: await transitionsOf(sides.bare) };
    for (const name of SIDES) await runRaces(sides[name], WARM_UP, signal);
    say(`one at a time, ${ALONE} of each`);
    const alone = await oneAtATime(sides, signal);
    const crowd = await allAtOnce(sides, instances, signal, say);
    const result = {
      bench: 'workflows',
      engine: engine.target.kind,
      cores: availableParallelism(),
      instances,
      steps: STEPS,
      transitions: { ...transitions, computed: workflowCost(race.asl)[0]?.transitions },
      alone,
      crowd,
      // Time that Laneway adds to a step, in milliseconds and as a ratio.
      above: {
        alone: above(alone.laneway, alone.bare),
        crowd: above(crowd.laneway.step, crowd.bare.step),
      },
      allComplete: crowd.laneway.failed === 0,
      loadBefore,
      loadAfter: loadavg(),
    };
    console.log(args.includes('--json') ? JSON.stringify(result) : report(result));
    if (!result.allComplete) process.exitCode = 1;
  } finally {
    interrupt.release();
    await engine.close();
  }
}

function instancesOf(args: readonly string[]): number {
  const at = args.indexOf('--instances');
  const given = at < 0 ? USUAL_INSTANCES : Number(args[at + 1]);
  if (!Number.isInteger(given) || given < 1) throw new Error('--instances takes a whole number from 1');
  return given;
}

async function oneAtATime(
  sides: Readonly<Record<SideName, RaceSide>>,
  signal: AbortSignal,
): Promise<Record<SideName, Summary>> {
  const steps: Record<SideName, number[]> = { laneway: [], bare: [] };
  for (let round = 0; round < ALONE; round += 1) {
    for (const name of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const { runs } = await runRaces(sides[name], 1, signal);
      steps[name].push(...runs.map((ms) => ms / STEPS));
    }
  }
  return { laneway: summarize(steps.laneway), bare: summarize(steps.bare) };
}

async function allAtOnce(
  sides: Readonly<Record<SideName, RaceSide>>,
  instances: number,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Record<SideName, Crowd>> {
  const found: Record<SideName, Races[]> = { laneway: [], bare: [] };
  for (const name of [...SIDES, ...SIDES.toReversed()]) {
    say(`${instances} at once, ${name}`);
    found[name].push(await runRaces(sides[name], instances, signal, say));
  }
  return { laneway: crowdOf(found.laneway), bare: crowdOf(found.bare) };
}

function crowdOf(rounds: readonly Races[]): Crowd {
  const runs = rounds.flatMap((round) => round.runs);
  const all = rounds.map((round) => round.all);
  return {
    ...summarize(runs),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
    step: summarize(runs.map((ms) => ms / STEPS)),
    whole: summarize(rounds.flatMap(({ wholes }) => wholes)),
    all,
    perSecond: runs.length / (all.reduce((sum, ms) => sum + ms, 0) / 1_000),
  };
}

const above = (laneway: Summary, bare: Summary) => ({ ms: laneway.p50 - bare.p50, times: laneway.p50 / bare.p50 });

interface Result {
  readonly engine: string;
  readonly cores: number;
  readonly instances: number;
  readonly steps: number;
  readonly transitions: { readonly laneway: number; readonly bare: number; readonly computed: number | undefined };
  readonly alone: Readonly<Record<SideName, Summary>>;
  readonly crowd: Readonly<Record<SideName, Crowd>>;
  readonly above: Readonly<Record<'alone' | 'crowd', { readonly ms: number; readonly times: number }>>;
  readonly loadBefore: readonly number[];
  readonly loadAfter: readonly number[];
}

function report(result: Result): string {
  const { alone, crowd, above: added, transitions, instances } = result;
  const ms = (value: number): string => `${Math.round(value).toLocaleString('en')} ms`;
  const pair = ({ p50, p99 }: Summary): string[] => [ms(p50), ms(p99)];
  const row = (what: string, of: (name: SideName) => Summary): string[] => [
    what,
    ...SIDES.flatMap((name) => pair(of(name))),
    (of('laneway').p50 / of('bare').p50).toFixed(2),
  ];
  const completed = (name: SideName): string => `${crowd[name].runs - crowd[name].failed} of ${crowd[name].runs}`;
  const loads = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(' ');
  return [
    `a workflow of ${result.steps} requests on ${result.engine}, ${result.cores} cores; ${instances} instances at once, twice`,
    '',
    ...table(
      [
        row('one at a time: a step', (name) => alone[name]),
        row(`${instances} at once: a step`, (name) => crowd[name].step),
        row(`${instances} at once: an instance`, (name) => crowd[name]),
        row('  from the call to its end', (name) => crowd[name].whole),
      ],
      { head: ['', 'Laneway p50', 'p99', 'bare p50', 'p99', 'ratio of p50'], right: [1, 2, 3, 4, 5], indent: '  ' },
    ),
    '',
    `completed: Laneway ${completed('laneway')}, ${crowd.laneway.perSecond.toFixed(1)} a second; bare ${completed('bare')}, ${crowd.bare.perSecond.toFixed(1)} a second`,
    `above the bare hop: ${ms(added.alone.ms)} a step one at a time, ${ms(added.crowd.ms)} at once`,
    `transitions an instance: ${transitions.laneway} (from the definition ${transitions.computed ?? '-'}), bare ${transitions.bare}`,
    `load average before ${loads(result.loadBefore)}, after ${loads(result.loadAfter)}`,
  ].join('\n');
}

await main(process.argv.slice(2));
