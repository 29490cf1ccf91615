import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { App, RemovalPolicy } from 'aws-cdk-lib';
import { quantile } from '../cli/demo/quantile.js';
import { vehicleMaintenance } from '../infra/applications/vehicle-maintenance.js';
import type { BundleSizes } from '../infra/constructs/bundle-parts.js';
import { isPlatformKey } from '../infra/constructs/platform-function.js';

/**
 * Measures the bundles of the reference application's functions, as they are deployed to AWS:
 *
 *   npm run bench -- bundles [--json]
 *
 * `startKb` is what Node loads when the function starts, minified; `wholeKb` has the adapters besides that the first call of them
 * loads; both in 1,000 bytes, without source maps. `importMs` is the processor time that the import of the start takes, the median
 * of several processes, each of its own; it depends on the machine, sizes do not. Aims: 400 KB and 80 ms for agents, 500 KB for
 * functions of the platform.
 */
const RUNS = 5;
const AIM = { agentKb: 400, platformKb: 500, importMs: 80 };
const TOP = 8;

/** Imports a module and prints the processor time that it took, microseconds. */
const IMPORT =
  'const before = process.cpuUsage(); await import(process.argv[1]); const { user, system } = process.cpuUsage(before); console.log(user + system);';

interface Row {
  readonly name: string;
  readonly kind: 'agent' | 'platform';
  readonly startKb: number;
  readonly startGzipKb: number;
  readonly wholeKb: number;
  readonly importMs: number;
  /** Largest contents of the start, KB. */
  readonly top: Readonly<Record<string, number>>;
  readonly met: boolean;
}

const kilobytes = (bytes: number): number => Math.round(bytes / 100) / 10;

function importMs(file: string): number {
  const times = Array.from({ length: RUNS }, () => {
    const args = ['--input-type=module', '-e', IMPORT, pathToFileURL(file).href];
    // Without the conditions and loaders under which this process runs.
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    if (status !== 0) throw new Error(`${file} cannot be imported: ${stderr}`);
    return Number(stdout) / 1_000;
  });
  return quantile(times, 0.5);
}

function rowOf(folder: string, name: string): Row {
  const sizes = JSON.parse(readFileSync(join(folder, 'sizes', `${name}.json`), 'utf8')) as BundleSizes;
  const file = join(folder, 'bundles', name, 'index.mjs');
  const kind = isPlatformKey(name) ? 'platform' : 'agent';
  const startKb = kilobytes(sizes.start);
  const ms = importMs(file);
  return {
    ...{ name, kind, startKb, startGzipKb: kilobytes(gzipSync(readFileSync(file)).length) },
    ...{ wholeKb: kilobytes(sizes.whole), importMs: Math.round(ms * 10) / 10 },
    top: Object.fromEntries(sizes.contents.slice(0, TOP).map(({ from, bytes }) => [from, kilobytes(bytes)])),
    met: kind === 'agent' ? startKb <= AIM.agentKb && ms <= AIM.importMs : startKb <= AIM.platformKb,
  };
}

function measure(): Row[] {
  const outdir = mkdtempSync(join(tmpdir(), 'laneway-bench-bundles-'));
  try {
    vehicleMaintenance(new App({ outdir }), 'Vehicles', {
      ...{ sender: 'service@vehicles.example', respondWithin: '24 hours', approvalLinks: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const folder = join(outdir, '.laneway');
    const names = readdirSync(join(folder, 'sizes')).map((file) => file.replace(/\.json$/, ''));
    return names.sort().map((name) => rowOf(folder, name));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function report(rows: readonly Row[]): string {
  const line = (...cells: readonly (string | number)[]): string =>
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(26) : String(cell).padStart(10))).join('');
  return [
    line('function', 'start KB', 'gzip KB', 'whole KB', 'import ms', 'aim'),
    ...rows.map((row) =>
      line(row.name, row.startKb, row.startGzipKb, row.wholeKb, row.importMs, row.met ? 'met' : 'missed'),
    ),
    ...rows.slice(0, 1).map(({ name, top }) => {
      const parts = Object.entries(top).map(([from, kb]) => `${from} ${kb}`);
      return `of ${name}: ${parts.join(', ')}`;
    }),
  ].join('\n');
}

function main(json: boolean): void {
  const loadBefore = loadavg();
  const rows = measure();
  const met = rows.every((row) => row.met);
  const result = { bench: 'bundles', node: process.version, runs: RUNS, aim: AIM, met, rows, loadBefore };
  console.log(json ? JSON.stringify({ ...result, loadAfter: loadavg() }) : report(rows));
  process.exitCode = met ? 0 : 1;
}

main(process.argv.includes('--json'));
