import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runPage } from '../kit/pages/run-page.js';

const root = resolve(import.meta.dirname, '../..');
mkdirSync(join(root, '.laneway'), { recursive: true });
// Inside the clone, so that the project finds its packages; laneway itself only by a link, as npm makes one.
const project = mkdtempSync(join(root, '.laneway', 'run-in-process-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('what the page on running in process shows runs as it stands, in the claims application', async () => {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'claims', type: 'module' }));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules', 'laneway'));
  cpSync(join(root, 'test/outside/claims/claims'), join(project, 'claims'), { recursive: true });
  const environment = { ...process.env, NODE_OPTIONS: '--conditions=laneway-source --no-warnings' };
  const { ran, files } = await runPage('docs/how-to/run-in-process.md', { directory: project, environment });
  expect({ ran, files }).toEqual({ ran: 1, files: 2 });
});
