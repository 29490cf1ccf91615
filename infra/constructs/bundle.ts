import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { buildSync } from 'esbuild';
import { LanewayError } from '../../shared/domain/errors.js';
import { BUNDLE_OPTIONS, FROM_SOURCE } from './bundle-options.js';

const EXTENSION = FROM_SOURCE ? '.ts' : '.js';

/**
 * Bundles entry files, each into one ES module that holds everything, the SDK included, with a source map. One call of
 * esbuild for all of them, so that they are built side by side and share what is parsed. The syntax is Node 20's, which
 * local engines run; AWS runs Node 24. A bundle's asset hash is the hash of its code.
 *
 * Where CDK needs no bundles (`cdk list`, `cdk destroy`, or the context `aws:cdk:bundling-stacks`), nothing is built.
 *
 * @param entries name -> absolute path
 * @throws LanewayError CONFIGURATION with what esbuild found
 */
export function bundle(scope: IConstruct, entries: ReadonlyMap<string, string>): Map<string, Code> {
  if (!Stack.of(scope).bundlingRequired) return new Map([...entries.keys()].map((name) => [name, notBundled()]));
  const outdir = join(workFolder(scope), 'bundles');
  try {
    buildSync({
      entryPoints: [...entries].map(([name, path]) => ({ in: path, out: `${name}/index` })),
      outdir,
      ...BUNDLE_OPTIONS,
    });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new LanewayError('CONFIGURATION', `the functions cannot be bundled: ${text}`, { cause });
  }
  return new Map([...entries.keys()].map((name) => [name, asset(join(outdir, name))]));
}

/**
 * Writes the entry of a platform function that needs the topology, and returns its path.
 * @throws LanewayError NOT_FOUND when this installation lacks the function
 */
export function platformEntry(scope: IConstruct, name: string, topologyModule: string): string {
  const local = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const implementation = local(`../../functions/platform/${name}/lambda${EXTENSION}`);
  if (!existsSync(implementation)) {
    throw new LanewayError('NOT_FOUND', `the platform function '${name}' is not at ${implementation}`, {
      help: ['reinstall the package, or build it when this is its repository'],
    });
  }
  const folder = join(workFolder(scope), 'entries');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.mjs`);
  const from = (module: string) => JSON.stringify(module);
  const lines = [
    `import * as topologyModule from ${from(topologyModule)};`,
    `import { create } from ${from(implementation)};`,
    `import { findTopology } from ${from(local(`./find-topology${EXTENSION}`))};`,
    'export const handler = create(findTopology(topologyModule));',
    '',
  ];
  writeFileSync(path, lines.join('\n'));
  return path;
}

function asset(folder: string): Code {
  const assetHash = createHash('sha256')
    .update(readFileSync(join(folder, 'index.mjs')))
    .digest('hex');
  return Code.fromAsset(folder, { assetHash, assetHashType: AssetHashType.CUSTOM });
}

/** A template with this code must not be deployed; it says so if it is. */
function notBundled(): Code {
  return Code.fromInline(
    "exports.handler = async () => { throw new Error('this stack was made without its bundles'); };",
  );
}

/** In the cloud assembly, so that it comes and goes with it. */
function workFolder(scope: IConstruct): string {
  return join(Stage.of(scope)?.outdir ?? 'cdk.out', '.laneway');
}
