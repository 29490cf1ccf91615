import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, SetupError } from './report.mjs';

/** Files that the package finds by path when it runs, besides the targets of its exports and commands. */
const foundByPath = [
  'dist/cli/main.js',
  'dist/functions/platform/dispatcher/lambda.js',
  'dist/infra/engines/requirements.txt',
  'dist/infra/engines/supervise.py',
  'dist/infra/engines/ministack-install.mjs',
  // Whoever installs it finds there what it is made of.
  'dist/sbom.cdx.json',
];

/**
 * Refuses to let a package be made that is not whole.
 * @param {string} directory folder of package.json
 * @throws SetupError that names each file which is missing
 */
export function checkWhole(directory = root) {
  const { bin, exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  // The condition of a clone's own sources is the only one that nothing in the package answers.
  const targets = Object.entries({ bin, ...exports }).flatMap(([, target]) => targetsOf(target));
  const missing = [...new Set([...targets, ...foundByPath])].filter((file) => !existsSync(join(directory, file)));
  if (missing.length > 0) {
    throw new SetupError(`the package would lack ${missing.join(', ')}`, ['npm run build, and read what it says'], 1);
  }
  return 0;
}

function targetsOf(target) {
  if (typeof target === 'string') return [target.replace(/^\.\//, '')];
  return Object.entries(target).flatMap(([condition, nested]) =>
    condition === 'laneway-source' ? [] : targetsOf(nested),
  );
}
