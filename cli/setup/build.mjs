import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, say, seconds, SetupError } from './report.mjs';
import { capture, runTypeScript } from './run.mjs';

const dist = join(root, 'dist');
const engines = join('infra', 'engines');
const bundlePlatform = join('infra', 'constructs', 'bundle-platform.ts');

/** Compiles the package into dist/, with what the compiler does not copy: the engine's installer and the bundles. */
export async function build(args) {
  const start = Date.now();
  rmSync(dist, { recursive: true, force: true });
  const { code, output } = await capture(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json']);
  if (code !== 0)
    throw new SetupError(`the compiler found errors:\n${output.trim()}`, ['mend them; npm run check shows all'], 1);
  for (const file of readdirSync(join(root, engines))) {
    if (/\.(mjs|d\.mts|py|txt)$/.test(file)) cpSync(join(root, engines, file), join(dist, engines, file));
  }
  if (existsSync(join(root, bundlePlatform))) {
    const bundled = await runTypeScript(bundlePlatform, args);
    if (bundled !== 0) return bundled;
  }
  chmodSync(join(dist, 'cli', 'main.js'), 0o755);
  say(`built dist/ in ${seconds(start)}`);
  return 0;
}
