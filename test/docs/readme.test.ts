import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { firstMessage } from '../../tools/reference/examples.js';

const root = resolve(import.meta.dirname, '../..');
mkdirSync(join(root, '.laneway'), { recursive: true });
// Inside the clone, so that the project finds its packages; laneway itself only by a link, as npm makes one.
const project = mkdtempSync(join(root, '.laneway', 'readme-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the first message of the README is answered', async () => {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'reception', type: 'module' }));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules', 'laneway'));
  writeFileSync(join(project, 'first-message.ts'), firstMessage());
  const env = { ...process.env, NODE_OPTIONS: '--conditions=laneway-source --no-warnings' };
  const { stdout } = await promisify(execFile)('node', ['--import', 'tsx', 'first-message.ts'], { cwd: project, env });
  expect(stdout).toBe('Good day, Ada!\n');
});
