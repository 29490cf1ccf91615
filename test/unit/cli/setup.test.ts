import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
/** A clone whose `laneway` only says what it is called with, on a path without Python. */
const clone = mkdtempSync(join(tmpdir(), 'laneway-setup-'));

beforeAll(() => {
  const parts = ['cli/setup.mjs', 'cli/setup', 'infra/engines/ministack-install.mjs', 'infra/engines/requirements.txt'];
  for (const part of [...parts, 'package-lock.json']) cpSync(join(root, part), join(clone, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  writeFileSync(join(clone, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(clone, 'cli', 'main.ts'), "console.log(process.argv.slice(2).join(' '));");
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

function setup(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, 'cli', 'setup.mjs'), ...args], {
    cwd: clone,
    env: { PATH: join(clone, 'nothing'), NODE_NO_WARNINGS: '1', ...env },
    encoding: 'utf8',
  });
  return { status, stdout: stdout.trim(), stderr };
}

describe('the set-up without Python', () => {
  it('leaves it to the demo to find its own way', () => {
    expect(setup(['demo', '--silent-customer'])).toMatchObject({ status: 0, stdout: 'demo --silent-customer' });
  });

  it('fails for what does need an engine, with the ways out', () => {
    const { status, stderr } = setup(['test:integration']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/set-up: local engine failed[^]*none was found[^]*npm run demo -- --engine in-process/);
  });
});

describe('which engine the demo is set up with', () => {
  /** A Python that would be asked to make the engine's environment, and refuses. */
  const LANEWAY_PYTHON = join(clone, 'python');
  beforeAll(() => {
    writeFileSync(LANEWAY_PYTHON, '#!/bin/sh\ncase "$1" in -c) echo 3.12.0; echo venv;; *) exit 1;; esac', {
      mode: 0o755,
    });
  });

  it.each([
    [['--engine', 'in-process'], 0],
    [['--engine=in-process'], 0],
    [['--engine', 'mars'], 0],
    [['--engine', 'local'], 1],
    [[], 1],
  ])('%j', (args, status) => {
    const ran = setup(['demo', ...args], { LANEWAY_PYTHON, PATH: process.env['PATH'] });
    expect(ran.status).toBe(status);
    expect(ran.stderr.includes('set-up: local engine')).toBe(status === 1);
  });
});
