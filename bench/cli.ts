import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { quantile } from '../cli/demo/quantile.js';
// @ts-expect-error it is JavaScript without types
import { build } from '../cli/setup/build.mjs';

/**
 * Measures the processor time of commands of the built package, as they run where it is installed:
 *
 *   npm run bench -- cli [--json]
 *
 * Node that runs nothing, `--help`, `--version`, and `diagram` of a small topology, which needs neither engine nor account; the median
 * of several processes each, user and system time, in turn. `dist` is built where it is missing, and not where it is old. The aim is
 * 0.3 s for `--help` on a machine whose bare Node takes 0.14 s: 2.1 times bare Node anywhere.
 */
const RUNS = 7;
const AIM = 2.1;
const ROOT = process.cwd();
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const FOLDER = join(ROOT, '.laneway', 'bench-cli');

/** Loaded before the command: has it tell its processor time as it exits, microseconds since the process began. */
const METER =
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeSync(3, String(user + system)); });";

const TOPOLOGY = `
  import * as z from 'zod';
  import { command, event } from 'laneway/message';
  import { defineTopology } from 'laneway/topology';
  const Greeted = event('Greeted', z.object({ text: z.string() }));
  const Greet = command('Greet', z.object({ name: z.string() }), { reply: Greeted });
  export const reception = defineTopology('reception', {
    channels: { requests: { carries: [Greet] }, results: { carries: [Greeted] } },
    agents: { greeter: { subscribes: ['requests'] } },
    clients: { desk: { publishes: [Greet] } },
  });
`;

interface Row {
  readonly name: string;
  /** Seconds of processor time. */
  readonly cpuSeconds: number;
  readonly timesBareNode: number;
}

function cpuSeconds(args: readonly string[], meter: string): number {
  const { status, output } = spawnSync(process.execPath, ['--require', meter, ...args], {
    cwd: FOLDER,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${output[2] ?? ''}`);
  return Number(output[3]) / 1e6;
}

function measure(): Row[] {
  const meter = join(FOLDER, 'meter.cjs');
  writeFileSync(meter, METER);
  writeFileSync(join(FOLDER, 'nothing.mjs'), '');
  writeFileSync(join(FOLDER, 'topology.mjs'), TOPOLOGY);
  mkdirSync(join(FOLDER, 'node_modules'));
  symlinkSync(ROOT, join(FOLDER, 'node_modules', 'laneway'));
  const project = { name: 'bench-cli', type: 'module', laneway: { topology: './topology.mjs' } };
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify(project));
  const commands = {
    'bare node': ['nothing.mjs'],
    'laneway --help': [MAIN, '--help'],
    'laneway --version': [MAIN, '--version'],
    'laneway diagram': [MAIN, 'diagram'],
  };
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let run = -1; run < RUNS; run++)
    for (const [name, args] of Object.entries(commands)) {
      const seconds = cpuSeconds(args, meter);
      if (run >= 0) times.get(name)?.push(seconds);
    }
  const bare = quantile(times.get('bare node') ?? [], 0.5);
  return [...times].map(([name, values]) => {
    const seconds = quantile(values, 0.5);
    return {
      name,
      cpuSeconds: Math.round(seconds * 1e3) / 1e3,
      timesBareNode: Math.round((seconds / bare) * 100) / 100,
    };
  });
}

async function main(json: boolean): Promise<void> {
  const loadBefore = loadavg();
  if (!existsSync(MAIN)) await (build as () => Promise<number>)();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const rows = measure();
  rmSync(FOLDER, { recursive: true });
  const met = (rows.find(({ name }) => name === 'laneway --help')?.timesBareNode ?? Number.NaN) <= AIM;
  const result = {
    bench: 'cli',
    node: process.version,
    runs: RUNS,
    aim: AIM,
    met,
    rows,
    loadBefore,
    loadAfter: loadavg(),
  };
  if (json) console.log(JSON.stringify(result));
  else {
    for (const { name, cpuSeconds: seconds, timesBareNode } of rows)
      console.log(`${name.padEnd(20)} ${seconds.toFixed(3)} s  ${timesBareNode.toFixed(2)} times bare node`);
    console.log(`aim, --help at most ${AIM} times bare node: ${met ? 'met' : 'missed'}`);
  }
  process.exitCode = met ? 0 : 1;
}

await main(process.argv.includes('--json'));
