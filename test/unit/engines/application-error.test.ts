import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { synthApp } from '../../../infra/engines/deploy.js';
import { DeployError } from '../../../infra/engines/deploy-error.js';
import { faultyFiles, infraFiles } from '../../../cli/dev/infra-files.js';

/** Inside the repository, so that the application finds the package by its name. */
let folder: string;
beforeEach(() => {
  mkdirSync('.laneway', { recursive: true });
  folder = mkdtempSync(resolve('.laneway', 'application-error-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function synthesized(source: string): Promise<DeployError> {
  writeFileSync(join(folder, 'app.ts'), source);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const app = `node --import tsx ${join(folder, 'app.ts')}`;
  const error: unknown = await synthApp({ target: { kind: 'aws' }, directory: folder, app, assembly: 'out' }).catch(
    (thrown: unknown) => thrown,
  );
  if (error instanceof DeployError) return error;
  throw new Error(`not refused by a DeployError but by ${String(error)}`);
}

test('an error of Laneway that a definition throws keeps its code and its help', async () => {
  const module = JSON.stringify(resolve('shared/domain/errors.ts'));
  const error = await synthesized(
    `import { LanewayError } from ${module};\nthrow new LanewayError('INVALID_TOPOLOGY', 'no agent hears Order', { help: ['subscribe one'] });`,
  );
  expect(error).toMatchObject({ code: 'INVALID_TOPOLOGY', failure: 'synth' });
  expect(error.message).toMatch(/^no agent hears Order\n {2}subscribe one\n {2}at .*app\.ts:2/);
}, 60_000);

test('any other error is said as itself, with its line', async () => {
  const error = await synthesized(
    "const agents: Record<string, { id: string }> = {};\nconsole.log(agents['desk'].id);",
  );
  expect(error).toMatchObject({ code: 'CONFIGURATION' });
  expect(error.message).toMatch(
    /the CDK application throws TypeError: Cannot read properties of undefined.*\n {2}at .*app\.ts:2/,
  );
}, 60_000);

test('the file that does not parse is known, so that it can be watched', async () => {
  const topology = join(folder, 'topology.ts');
  writeFileSync(topology, "import './messages.js';");
  writeFileSync(join(folder, 'messages.ts'), 'export const = 1;');
  const error: unknown = await infraFiles(folder, topology, undefined).catch((thrown: unknown) => thrown);
  expect(faultyFiles(error, folder)).toEqual([join(folder, 'messages.ts')]);
  expect(faultyFiles(new Error('something else'), folder)).toEqual([]);
});
