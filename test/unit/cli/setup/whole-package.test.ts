import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'laneway-whole-'));
  cpSync('package.json', join(folder, 'package.json'));
  for (const file of namedFiles()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Every file that the package promises: of its exports and commands, and those that it finds by path. */
function namedFiles(): string[] {
  const text = `${readFileSync('package.json', 'utf8')}${readFileSync('cli/setup/whole-package.mjs', 'utf8')}`;
  return [...text.matchAll(/['"](?:\.\/)?((?:dist|cli)\/[^'"]+\.(?:mjs|js|d\.ts|txt|py|cjs|json))['"]/g)].map(
    ([, file = '']) => file,
  );
}

function check(): { code: number | null; said: string } {
  const script = `
    import { checkWhole } from ${JSON.stringify(resolve('cli/setup/whole-package.mjs'))};
    try { checkWhole(${JSON.stringify(folder)}); } catch (error) { console.error(error.message); process.exit(1); }`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return { code: status, said: stderr };
}

test('a whole package passes', () => {
  expect(namedFiles().length).toBeGreaterThan(15);
  expect(check()).toMatchObject({ code: 0 });
});

test('without dist no package is made', () => {
  renameSync(join(folder, 'dist'), join(folder, 'elsewhere'));
  const { code, said } = check();
  expect(code).toBe(1);
  expect(said).toMatch(/would lack .*dist\/shared\/agent\/index\.js/);
});

test('nor without any one of its files', () => {
  for (const file of ['dist/shared/worker/index.d.ts', 'dist/infra/engines/supervise.py', 'cli/laneway.mjs']) {
    renameSync(join(folder, file), join(folder, 'aside'));
    expect(check().said).toContain(`the package would lack ${file}`);
    renameSync(join(folder, 'aside'), join(folder, file));
  }
});

test('packing runs that check, and nothing of this repository keeps npm from running it', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(scripts['prepack']).toBe('node cli/setup.mjs prepack');
  expect(readFileSync('.npmrc', 'utf8')).not.toContain('ignore-scripts');
});
