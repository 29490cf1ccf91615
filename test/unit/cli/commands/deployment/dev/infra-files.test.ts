import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { faultyFiles, infraFiles } from '../../../../../../cli/commands/deployment/dev/infra-files.js';

/** A project whose files do not all parse. */
let folder: string;
beforeEach(() => {
  mkdirSync('.laneway', { recursive: true });
  folder = mkdtempSync(resolve('.laneway', 'infra-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the file that does not parse is known, so that it can be watched', async () => {
  const topology = join(folder, 'topology.ts');
  writeFileSync(topology, "import './messages.js';");
  writeFileSync(join(folder, 'messages.ts'), 'export const = 1;');
  const error: unknown = await infraFiles(folder, topology, undefined).catch((thrown: unknown) => thrown);
  expect(faultyFiles(error, folder)).toEqual([join(folder, 'messages.ts')]);
  expect(faultyFiles(new Error('something else'), folder)).toEqual([]);
});
