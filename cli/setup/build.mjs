import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, say, seconds, SetupError } from './report.mjs';
import { capture } from './run.mjs';
import { writeSbom } from './sbom.mjs';

const dist = join(root, 'dist');
const engines = join('infra', 'engines');
const workerImage = join('infra', 'application', 'worker-image');

/**
 * Compiles the package into dist/, with what the compiler does not make: the engine's installer, the image of workers
 * and the bill of materials.
 * The reference application and its demonstration stay out; the functions of the platform are bundled with a user's
 * topology, from dist, when the user deploys.
 */
export async function build() {
  const start = Date.now();
  rmSync(dist, { recursive: true, force: true });
  const { code, output } = await capture(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json']);
  if (code !== 0)
    throw new SetupError(`the compiler found errors:\n${output.trim()}`, ['mend them; npm run check shows all'], 1);
  for (const file of readdirSync(join(root, engines))) {
    if (/\.(mjs|d\.mts|py|txt)$/.test(file)) cpSync(join(root, engines, file), join(dist, engines, file));
  }
  cpSync(join(root, workerImage), join(dist, workerImage), { recursive: true });
  chmodSync(join(dist, 'cli', 'main.js'), 0o755);
  writeSbom();
  say(`built dist/ in ${seconds(start)}`);
  return 0;
}
