import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { buildSync, type BuildOptions } from 'esbuild';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../shared/platform/workflows/deployed-workflows.js';
import { BUNDLE_OPTIONS, FROM_SOURCE, FUNCTION_OPTIONS } from './bundle-options.js';
import {
  checkBudget,
  LATER,
  laterOf,
  bundleParts,
  sizesOf,
  type BundleSizes,
  type Files,
  type Parts,
} from './bundle-parts.js';

/** CDK context that names the local engine which a template is made for. */
export const ENGINE_CONTEXT = 'laneway:engine';

const EXTENSION = FROM_SOURCE ? '.ts' : '.js';

/** Settings of the bundles of an application. */
export interface BundleSettings {
  /** Most bytes that a bundle may load at its start; undefined for any number. */
  readonly budgetOf?: (name: string) => number | undefined;
  /** True to keep names of functions and classes. @default false */
  readonly keepNames?: boolean;
  /** True to deploy source maps. @default on a local engine only */
  readonly sourceMaps?: boolean | undefined;
}

/** Version of each bundled code: the first digits of its hash. */
const versions = new WeakMap<Code, string>();

/** Bundled code that has its source maps with it. */
const mapped = new WeakSet<Code>();

/** Characters of a hash that name a version. */
const VERSION_LENGTH = 12;

/** The version of bundled code: the first twelve digits of its hash. Undefined for code that was not bundled here. */
export function bundleVersion(code: Code): string | undefined {
  return versions.get(code);
}

/** True for bundled code whose source maps are deployed with it. */
export function hasSourceMaps(code: Code): boolean {
  return mapped.has(code);
}

/**
 * Bundles entry files into ES modules that hold everything, the SDK included. For AWS each entry becomes one file, which starts
 * fastest. For a local engine the common parts of all entries are chunks beside the entry: that builds the reference application
 * in an eighth of the time, for some 40 ms more of a cold start. Adapters that most invocations do without lie beside it
 * (`later-adapters`). Source maps lie in `.laneway/maps` of the cloud assembly, or beside the code on a local engine and where they
 * are asked for; sizes and contents in `.laneway/sizes`. An asset's hash is the hash of its code.
 *
 * Nothing is built when CDK needs no bundles (`cdk list`, `cdk destroy`, or the context `aws:cdk:bundling-stacks`).
 *
 * @param entries name -> absolute path
 * @throws LanewayError CONFIGURATION with what esbuild found; TOO_LARGE for a bundle over its budget
 */
export function bundle(
  scope: IConstruct,
  entries: ReadonlyMap<string, string>,
  { budgetOf, keepNames = false, sourceMaps }: BundleSettings = {},
): Map<string, Code> {
  if (!Stack.of(scope).bundlingRequired) return new Map([...entries.keys()].map((name) => [name, notBundled()]));
  if (entries.size === 0) return new Map();
  const work = workFolder(scope);
  // It is as deep as the functions' own folders, so that the paths in the source maps hold. No agent has such a name.
  const outdir = join(work, 'bundles', '_all');
  const local = Boolean(scope.node.tryGetContext(ENGINE_CONTEXT));
  const linked = sourceMaps ?? local;
  const how = { ...FUNCTION_OPTIONS, keepNames, sourcemap: linked ? ('linked' as const) : ('external' as const) };
  const files = build(entries, outdir, {
    ...{ ...how, splitting: local, external: [`./${LATER}/*`] },
    alias: { ...how.alias, '@smithy/core/event-streams': `./${LATER}/event-streams.js` },
  });
  const later = buildLater(files, join(outdir, LATER), how);
  const all = new Map([...files, ...later]);
  return new Map(
    [...entries.keys()].map((name) => {
      const found = bundleParts(join(outdir, `${name}.mjs`), all);
      if (!local) {
        writeSizes(join(work, 'sizes'), name, sizesOf(found, all));
        checkBudget(name, found, all, budgetOf?.(name));
      }
      return [name, asset({ work, name, outdir, linked }, found)];
    }),
  );
}

function build(entries: ReadonlyMap<string, string>, outdir: string, options: BuildOptions): Files {
  try {
    const { metafile } = buildSync({
      entryPoints: [...entries].map(([name, path]) => ({ in: path, out: name })),
      outdir,
      ...options,
      chunkNames: 'chunk-[hash]',
      metafile: true,
    });
    return new Map(Object.entries(metafile.outputs).map(([path, output]) => [resolve(path), output]));
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new LanewayError('CONFIGURATION', `the functions cannot be bundled: ${text}`, { cause });
  }
}

function writeSizes(folder: string, name: string, sizes: BundleSizes): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(sizes, null, 2)}\n`);
}

/** Bundles the adapters that some file loads later, with their common parts in chunks. */
function buildLater(files: Files, outdir: string, options: BuildOptions): Files {
  const names = new Set([...files.values()].flatMap((file) => laterOf(file)));
  const folder = fileURLToPath(new URL(`../../shared/aws/${LATER}/`, import.meta.url));
  const entries = [...names].map((name) => [name, join(folder, `${name}${EXTENSION}`)] as const);
  const unknown = entries.find(([, path]) => !existsSync(path));
  if (unknown) {
    throw new LanewayError(
      'CONFIGURATION',
      `the functions cannot be bundled: there is no ./${LATER}/${unknown[0]}.js`,
      {
        help: [`a folder ${LATER} of your own cannot be bundled: give it another name`],
      },
    );
  }
  if (entries.length === 0) return new Map();
  return build(new Map(entries), outdir, { ...options, splitting: true, outExtension: { '.js': '.js' } });
}

/**
 * Writes the entry of a platform function that needs the topology and the workflows, and returns its path. The workflows
 * stand in the entry itself: an environment is too small for them.
 * @throws LanewayError NOT_FOUND when this installation lacks the function
 */
export function platformEntry(
  scope: IConstruct,
  name: string,
  topologyModule: string,
  workflows: DeployedWorkflows = NO_WORKFLOWS,
): string {
  const local = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const implementation = local(`../../functions/platform/${name}/lambda${EXTENSION}`);
  if (!existsSync(implementation)) {
    throw new LanewayError('NOT_FOUND', `the platform function '${name}' is not at ${implementation}`, {
      help: ['reinstall the package, or build it when this is its repository'],
    });
  }
  const from = (module: string) => JSON.stringify(module);
  return writeEntry(scope, name, [
    `import * as topologyModule from ${from(topologyModule)};`,
    `import { create } from ${from(implementation)};`,
    `import { findTopology } from ${from(local(`./find-topology${EXTENSION}`))};`,
    `export const handler = create(findTopology(topologyModule), ${JSON.stringify(workflows)});`,
  ]);
}

/**
 * Bundles one entry as `index.mjs`, with its map, into an empty folder of the cloud assembly, and returns the folder.
 * When CDK needs no bundles, the file only throws an error that says so.
 *
 * @throws LanewayError CONFIGURATION with what esbuild found
 */
export function bundleFolder(scope: IConstruct, name: string, entry: string): string {
  const folder = join(workFolder(scope), 'bundles', name);
  if (!Stack.of(scope).bundlingRequired) {
    emptied(folder);
    writeFileSync(join(folder, 'index.mjs'), "throw new Error('this stack was made without its bundles');\n");
    return folder;
  }
  const outdir = join(workFolder(scope), 'bundles', '_all');
  // A worker lasts, and finds its credentials wherever its container has them.
  const files = build(new Map([[name, entry]]), outdir, BUNDLE_OPTIONS);
  copyParts({ folder, maps: folder, outdir }, bundleParts(join(outdir, `${name}.mjs`), files));
  return folder;
}

/** Writes a file among the entries that are made for bundling, and returns its path. */
export function writeEntry(scope: IConstruct, name: string, lines: readonly string[]): string {
  const folder = join(workFolder(scope), 'entries');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, [...lines, ''].join('\n'));
  return path;
}

function emptied(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** Place of a bundle. */
interface Place {
  readonly work: string;
  readonly name: string;
  readonly outdir: string;
  /** True where the source maps are deployed. */
  readonly linked: boolean;
}

/** The entry as `index.mjs` with every file that it leads to; as an asset. */
function asset({ work, name, outdir, linked }: Place, parts: Parts): Code {
  const folder = join(work, 'bundles', name);
  const maps = linked ? folder : join(work, 'maps', name);
  const assetHash = copyParts({ folder, maps, outdir }, parts);
  const code = Code.fromAsset(folder, { assetHash, assetHashType: AssetHashType.CUSTOM });
  versions.set(code, assetHash.slice(0, VERSION_LENGTH));
  if (linked) mapped.add(code);
  return code;
}

/** Returns the hash of the code. */
function copyParts(
  { folder, maps, outdir }: { readonly folder: string; readonly maps: string; readonly outdir: string },
  { entry, start, later }: Parts,
): string {
  for (const one of new Set([folder, maps])) emptied(one);
  const hash = createHash('sha256');
  const put = (to: string, name: string, from: string): void => {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    copyFileSync(from, join(to, name));
  };
  for (const file of [...start, ...later].sort()) {
    const path = relative(outdir, file);
    const name = file === entry ? 'index.mjs' : path;
    put(folder, name, file);
    put(maps, `${path}.map`, `${file}.map`);
    hash.update(name).update(readFileSync(file));
  }
  // What lies there is named `.js`, as its sources import it.
  if (later.size > 0) writeFileSync(join(folder, LATER, 'package.json'), '{"type":"module"}\n');
  return hash.digest('hex');
}

/** Code for a template that must not be deployed; called all the same, it throws an error that says so. */
function notBundled(): Code {
  return Code.fromInline(
    "exports.handler = async () => { throw new Error('this stack was made without its bundles'); };",
  );
}

/** Folder for bundles in the cloud assembly, so that it comes and goes with it. */
function workFolder(scope: IConstruct): string {
  return join(Stage.of(scope)?.outdir ?? 'cdk.out', '.laneway');
}
