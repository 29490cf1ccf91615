import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { table } from '../cli/render/table.js';

/**
 * Measures how time and memory grow with an application: the harness with its messages, synth and type check with the agents.
 *
 *   npm run bench -- growth [--json] [--only burst|conversations|synth|types]
 *
 * - `burst`: so many messages, published one after the other and then handled, each a conversation of its own.
 * - `conversations`: the same, where the world comes to rest after each message.
 * - `synth`: a topology is defined, its stacks are made, and their templates written; agents are not bundled.
 * - `types`: the compiler checks a topology with as many agents and 400 types, and a handler of each type.
 *
 * Each row is a process of its own, which says the time of its processor and its heap after a collection, while all is still
 * held. The ratio of two rows is brought to ten times the size: the aim is at most 10.5.
 */
const AIM = 10.5;
const SIZES = {
  burst: [1_000, 10_000, 100_000],
  conversations: [1_000, 10_000, 100_000],
  synth: [5, 60, 120],
  types: [5, 60, 120],
} as const;
type Name = keyof typeof SIZES;
const NAMES = Object.keys(SIZES) as readonly Name[];

/** Processor time and heap of one size. */
interface Row {
  readonly name: Name;
  /** Messages, or agents. */
  readonly n: number;
  readonly cpuMs: number;
  readonly heapMb: number;
}

async function measure(name: Name, n: number): Promise<Row> {
  const job = fileURLToPath(new URL('./growth/job.ts', import.meta.url));
  const flags = ['--expose-gc', '--conditions=laneway-source', '--import', 'tsx'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, job, name, String(n)]);
  return { name, n, ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Pick<Row, 'cpuMs' | 'heapMb'>) };
}

/** Growth of the time from one row to the next, as it would be for ten times the size. */
function tenfold(from: Row, to: Row): number {
  return (to.cpuMs / from.cpuMs) ** (Math.log(10) / Math.log(to.n / from.n));
}

async function main(args: readonly string[]): Promise<void> {
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const names = NAMES.filter((name) => only === undefined || name === only);
  if (names.length === 0) throw new Error(`--only ${only}: allowed are ${NAMES.join(', ')}`);
  const loadBefore = loadavg();
  const rows: Row[] = [];
  const ratios: { readonly name: Name; readonly from: number; readonly to: number; readonly ratio: number }[] = [];
  for (const name of names) {
    let last: Row | undefined;
    for (const n of SIZES[name]) {
      const row = await measure(name, n);
      rows.push(row);
      if (last) ratios.push({ name, from: last.n, to: n, ratio: tenfold(last, row) });
      last = row;
      process.stderr.write(`${name} ${n}: ${row.cpuMs.toFixed(0)} ms, ${row.heapMb.toFixed(0)} MB\n`);
    }
  }
  const met = ratios.every(({ ratio }) => ratio <= AIM);
  if (args.includes('--json'))
    console.log(JSON.stringify({ bench: 'growth', rows, ratios, aim: AIM, met, loadBefore, loadAfter: loadavg() }));
  else {
    const shown = rows.map(({ name, n, cpuMs, heapMb }) => [name, `${n}`, cpuMs.toFixed(0), heapMb.toFixed(0)]);
    console.log(table([['what', 'size', 'CPU, ms', 'heap, MB'], ...shown]));
    for (const { name, from, to, ratio } of ratios)
      console.log(`${name}: from ${from} to ${to}, for ten times the size: ${ratio.toFixed(1)}`);
    console.log(`aim, at most ${AIM}: ${met ? 'met' : 'missed'}`);
  }
  process.exitCode = met ? 0 : 1;
}

await main(process.argv.slice(2));
