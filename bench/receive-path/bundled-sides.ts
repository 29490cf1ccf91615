import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from '../../infra/constructs/bundle-options.js';
import type * as Sides from './sides.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, '../../.laneway/bench-receive-path');

/**
 * Both sides in one bundle, as functions are deployed. A loader of TypeScript sources names every closure as it is made.
 * That would slow the side that is TypeScript here, and not the one that came from npm.
 */
export async function bundledSides(): Promise<typeof Sides> {
  await build({ ...BUNDLE_OPTIONS, entryPoints: [join(HERE, 'sides.ts')], outdir: OUT });
  return (await import(pathToFileURL(join(OUT, 'sides.mjs')).href)) as typeof Sides;
}
