import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { proveMutations } from './driver/mutate.js';
import { lineOf, reportOf, type RowReport } from './driver/report.js';
import type { Row } from './driver/row.js';
import { ROWS } from './rows/rows.js';
import { Witness } from './driver/witness.js';

/**
 * The rows of docs/reference/reliability.md:
 *
 *   npm run reliability [-- --quick] [--row <name>] [--seed N] [--json] [--write] [--mutations [--mutation <name>]]
 *
 * Ends with 1 when a row is not ok, 2 when it was called wrongly. docs/reference/reliability.md is written by a full run of all rows, and
 * by `--write`, which leaves the lines of rows that were not run as they are.
 */
const USAGE =
  'usage: npm run reliability -- [--quick] [--row <name>] [--seed N] [--json] [--write] [--mutations [--mutation <name>]]';
const DEFAULT_SEED = 1;
const PAGE = join('docs', 'reference', 'reliability.md');

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      mutations: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
      mutation: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
    },
  });
  const seed = Number(values.seed);
  const named = values.row.length > 0 && values.row.every((name) => ROWS.some((row) => row.name === name));
  const engine = !values.quick && !values.mutations && !named;
  const rows = engine ? [...ROWS, ...(await import('./engine-rows/engine-rows.js')).ENGINE_ROWS] : ROWS;
  const known = rows.map(({ name }) => name);
  const unknown = values.row.filter((name) => !known.includes(name));
  if (unknown.length > 0 || !Number.isSafeInteger(seed) || seed < 0) {
    say(
      `${unknown.length > 0 ? `no row '${unknown[0]}'; known: ${known.join(', ')}` : `--seed is '${values.seed}'`}\n${USAGE}`,
    );
    return 2;
  }
  if (values.mutations) return proveMutations({ seed, only: values.mutation, json: values.json, say });

  const wanted = rows.filter(({ name, quick }) =>
    values.row.length > 0 ? values.row.includes(name) : !values.quick || quick,
  );
  const reports: RowReport[] = [];
  for (const [index, row] of wanted.entries()) {
    say(`[${index + 1}/${wanted.length}] ${row.name}: ${row.title}`);
    const report = await runRow(row, seed, values.quick);
    reports.push(report);
    say(`      ${lineOf(report)}`);
    for (const problem of report.problems) say(problem.replace(/^/gm, '        '));
  }
  const about = { seed, quick: values.quick, commit: commit(), date: new Date().toISOString().slice(0, 10) };
  if (values.write || (!values.quick && values.row.length === 0)) {
    const { ENGINE_ROWS } = await import('./engine-rows/engine-rows.js');
    const order = [...ROWS, ...ENGINE_ROWS].map(({ name }) => name);
    await write(PAGE, reportOf(reports, about, { page: readFileSync(PAGE, 'utf8'), order }));
    say(`written: ${PAGE}`);
  }
  const passed = reports.filter(({ ok }) => ok).length;
  process.stdout.write(values.json ? `${JSON.stringify({ rows: reports.map(jsonOf) })}\n` : reportOf(reports, about));
  say(`seed ${seed}, commit ${about.commit}`);
  say(`Tests: ${passed} passed, ${reports.length - passed} failed, ${reports.length} total`);
  return passed === reports.length ? 0 : 1;
}

async function runRow(row: Row, seed: number, quick: boolean): Promise<RowReport> {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-witness-'));
  const witness = new Witness(join(folder, row.name));
  const began = Date.now();
  const progress = (text: string): void =>
    say(`      ${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  const flags = [...(quick ? ['--quick'] : []), ...(seed === DEFAULT_SEED ? [] : ['--seed', String(seed)])];
  const about = {
    name: row.name,
    title: row.title,
    command: ['npm run reliability -- --row', row.name, ...flags].join(' '),
  };
  try {
    const result = await row.run({ seed, quick, progress, witness });
    return { ...about, ...result, seconds: (Date.now() - began) / 1000 };
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const none = { sent: 0, effects: 0, quarantined: 0, lost: 0, extra: 0, figure: 'the row itself failed' };
    return { ...about, ...none, ok: false, problems: [problem], seconds: (Date.now() - began) / 1000 };
  } finally {
    witness.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a page in prettier's format, so that formatting it later changes nothing. */
async function write(file: string, text: string): Promise<void> {
  const { format, resolveConfig } = await import('prettier');
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
}

function jsonOf({ title: _title, problems: _problems, seconds: _seconds, ...row }: RowReport): object {
  return row;
}

function commit(): string {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
    return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'unknown';
  }
}

process.exitCode = await main();
