import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './report.mjs';
import { capture, fromSource } from './run.mjs';

const requirements = join(root, 'tools', 'templates', 'requirements.txt');
/**
 * W3005: CDK has a function depend on its role and the role's policy, so that it never runs without its rights. On the role, which
 * the function names as well, that says the same twice.
 */
const explained = ['W3005'];

/**
 * Holds the templates of the reference application against cfn-lint, which knows the schemas of CloudFormation's resources.
 * @returns {Promise<{ code: number, output: string, skipped?: string }>} `skipped` says why nothing was checked: without Python,
 * or where pip cannot install
 */
export async function checkTemplates() {
  const { lint, skipped } = await installed();
  if (lint === undefined) return { code: 0, output: '', skipped };
  const folder = mkdtempSync(join(tmpdir(), 'laneway-templates-'));
  try {
    const written = await capture(process.execPath, [...fromSource(), 'tools/templates/write-templates.ts', folder]);
    if (written.code !== 0) return written;
    const templates = readdirSync(folder).filter((name) => name.endsWith('.template.json'));
    if (templates.length === 0) return { code: 1, output: 'no template was written, so that none was checked' };
    const files = templates.map((name) => join(folder, name));
    return await capture(lint, ['--regions', 'us-east-1', '--ignore-checks', ...explained, '--template', ...files]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The program in an environment of its own under `.laneway`, made once for each content of requirements.txt. */
async function installed() {
  const home = join(root, '.laneway', 'cfn-lint');
  const lint = join(home, 'bin', 'cfn-lint');
  const stamp = join(home, 'laneway-stamp');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(lint) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { lint };
  const python = process.env.LANEWAY_PYTHON ?? 'python3';
  rmSync(home, { recursive: true, force: true });
  const made = await capture(python, ['-m', 'venv', home]);
  if (made.code !== 0) return { skipped: `${python} makes no virtual environment: ${lastLine(made.output)}` };
  const options = ['--quiet', '--no-input', '--require-hashes', '--disable-pip-version-check', '-r', requirements];
  const { code, output } = await capture(join(home, 'bin', 'python'), ['-m', 'pip', 'install', ...options]);
  if (code !== 0) return { skipped: `pip cannot install cfn-lint here: ${lastLine(output)}` };
  writeFileSync(`${stamp}.new`, wanted);
  renameSync(`${stamp}.new`, stamp);
  return { lint };
}

function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}
