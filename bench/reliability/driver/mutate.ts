import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { edited, type Mutation } from '../mutations/mutation.js';
import { MUTATIONS } from '../mutations/mutations.js';

/** Folders and files that the rows and tests need; they are copied and broken. The copy lies within the project, where Node finds packages. */
const COPIED = [
  'shared',
  'functions',
  'infra',
  'cli',
  'bench',
  'test',
  'package.json',
  'tsconfig.json',
  'jest.config.mjs',
];

interface Options {
  readonly seed: number;
  /** Names of the mutations; none: all. */
  readonly only: readonly string[];
  readonly json: boolean;
  readonly say: (text: string) => void;
}

interface Proof {
  readonly mutation: string;
  readonly caught: boolean;
  /** Row that failed, or file and name of a test. */
  readonly row?: string;
  readonly sent?: number;
  readonly effects?: number;
  readonly lost?: number;
  readonly extra?: number;
  readonly problem?: string;
}

interface JsonRow {
  readonly name: string;
  readonly ok: boolean;
  readonly sent: number;
  readonly effects: number;
  readonly lost: number;
  readonly extra: number;
  readonly problem?: string;
}

/**
 * Applies each mutation to a copy of the sources and runs the rows, quickly, or the tests that are to notice. @returns the exit code: 1
 * when a mutation survives, or when rows or tests fail without any
 */
export async function proveMutations({ seed, only, json, say }: Options): Promise<number> {
  const wanted = MUTATIONS.filter(({ name }) => only.length === 0 || only.includes(name));
  if (wanted.length < only.length) {
    say(`known mutations: ${MUTATIONS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const folder = join(process.cwd(), '.laneway');
  mkdirSync(folder, { recursive: true });
  const copy = mkdtempSync(join(folder, 'mutations-'));
  try {
    for (const name of COPIED) cpSync(join(process.cwd(), name), join(copy, name), { recursive: true });
    const rows = [...new Set(wanted.flatMap((mutation) => mutation.rows))];
    say(`unchanged copy: ${rows.join(', ')}`);
    const unchanged = await runRows(copy, rows, seed);
    const wrong = unchanged.filter(({ ok }) => !ok);
    if (wrong.length > 0 || unchanged.length < rows.length) {
      say(`the rows fail without any mutation: ${wrong.map(({ name, problem }) => `${name}: ${problem}`).join('\n')}`);
      return 1;
    }
    const tests = [...new Set(wanted.flatMap((mutation) => mutation.tests ?? []))];
    const failing = await failingTests(copy, tests);
    if (failing.length > 0) {
      say(`tests fail without any mutation: ${failing.join(', ')}`);
      return 1;
    }
    const proofs: Proof[] = [];
    for (const mutation of wanted) {
      const proof = await prove(copy, mutation, seed);
      proofs.push(proof);
      say(lineOf(mutation, proof));
    }
    const caught = proofs.filter((proof) => proof.caught).length;
    process.stdout.write(json ? `${JSON.stringify({ mutations: proofs })}\n` : `${tableOf(proofs)}\n`);
    say(`Tests: ${caught} passed, ${proofs.length - caught} failed, ${proofs.length} total`);
    return caught === proofs.length ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function prove(copy: string, { name, edits, rows, tests = [] }: Mutation, seed: number): Promise<Proof> {
  const originals = new Map(edits.map(({ file }) => [file, readFileSync(join(copy, file), 'utf8')]));
  try {
    for (const edit of edits) {
      const file = join(copy, edit.file);
      writeFileSync(file, edited(readFileSync(file, 'utf8'), edit));
    }
    const [failing] = await failingTests(copy, tests);
    if (failing !== undefined) return { mutation: name, caught: true, row: failing };
    const failed = (await runRows(copy, rows, seed)).find(({ ok }) => !ok);
    if (!failed) return { mutation: name, caught: false };
    const { name: row, sent, effects, lost, extra, problem } = failed;
    // A row that could not run at all shows nothing: the mutation must break the rule, not the program.
    const counted = sent > 0;
    return {
      mutation: name,
      caught: counted,
      row,
      sent,
      effects,
      lost,
      extra,
      ...(counted ? {} : { problem: problem ?? 'nothing was sent' }),
    };
  } finally {
    for (const [file, text] of originals) writeFileSync(join(copy, file), text);
  }
}

interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Runs test files of the copy. @returns those of which a test fails, each with the name of the first. @throws Error when a file cannot run at all */
async function failingTests(copy: string, files: readonly string[]): Promise<string[]> {
  if (files.length === 0) return [];
  const jest = join(process.cwd(), 'node_modules', 'jest', 'bin', 'jest.js');
  const args = ['--experimental-vm-modules', '--no-warnings', jest, ...files, '--json', '-w', '1', '--forceExit'];
  const { out, err } = await outputOf([...args, '--selectProjects', 'unit', 'scenarios'], copy);
  const { testResults } = JSON.parse(out) as JestReport;
  if (testResults.length < files.length || testResults.some((one) => one.assertionResults.length === 0))
    throw new Error(`tests of the copy did not run:\n${err}`);
  return testResults.flatMap(({ name, assertionResults }) => {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    return failed ? [`${relative(copy, name)}: ${failed.fullName}`] : [];
  });
}

/** Runs rows of the copy in a process of their own. @throws Error when it does not end with its counts */
async function runRows(copy: string, rows: readonly string[], seed: number): Promise<JsonRow[]> {
  if (rows.length === 0) return [];
  const main = join(copy, 'bench', 'reliability', 'main.ts');
  if (!existsSync(main)) throw new Error(`no ${main}`);
  const args = ['--conditions=laneway-source', '--import', 'tsx', main, '--quick', '--json', '--seed', String(seed)];
  const { out, err } = await outputOf([...args, ...rows.flatMap((row) => ['--row', row])], copy);
  try {
    const problem = err.trim().slice(0, 2_000);
    return (JSON.parse(out.trim().split('\n').at(-1) ?? '') as { rows: JsonRow[] }).rows.map((row) => ({
      ...row,
      problem,
    }));
  } catch {
    throw new Error(`the rows of the copy did not end with their counts:\n${err}`);
  }
}

function outputOf(args: readonly string[], cwd: string): Promise<{ readonly out: string; readonly err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd });
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

function lineOf({ name, title }: Mutation, { caught, row, sent, effects, lost, extra, problem }: Proof): string {
  const counts =
    sent === undefined ? `${row}` : `row ${row}: sent ${sent}, effects ${effects}, lost ${lost}, extra ${extra}`;
  const found = caught ? counts : row === undefined ? 'no row failed' : `${counts}\n${problem}`;
  return `${caught ? 'caught  ' : 'SURVIVED'}  ${name} (${title}): ${found}`;
}

function tableOf(proofs: readonly Proof[]): string {
  const head = [
    '| mutation | row or test that fails | sent | effects | lost | extra |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
  ];
  const lines = proofs.map(
    ({ mutation, caught, row, sent, effects, lost, extra }) =>
      `| ${mutation} | ${caught ? row : '**none**'} | ${sent ?? ''} | ${effects ?? ''} | ${lost ?? ''} | ${extra ?? ''} |`,
  );
  return [...head, ...lines].join('\n');
}
