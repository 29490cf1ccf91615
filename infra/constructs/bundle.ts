import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { buildSync } from 'esbuild';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../shared/platform/workflows/deployed-workflows.js';
import { BUNDLE_OPTIONS, FROM_SOURCE } from './bundle-options.js';

/** CDK context that names the local engine which a template is made for. */
export const ENGINE_CONTEXT = 'laneway:engine';

const EXTENSION = FROM_SOURCE ? '.ts' : '.js';

/** Version of each bundled code: the first digits of its hash. */
const versions = new WeakMap<Code, string>();

/** Characters of a hash that name a version. */
const VERSION_LENGTH = 12;

/** The version of bundled code: the first twelve digits of its hash. Undefined for code that was not bundled here. */
export function bundleVersion(code: Code): string | undefined {
  return versions.get(code);
}

/**
 * Bundles entry files into ES modules that hold everything, the SDK included, with source maps. For AWS each entry becomes
 * one file, which starts fastest. For a local engine the common parts of all entries are chunks beside the entry: that
 * builds the reference application in an eighth of the time, for some 40 ms more of a cold start. An asset's hash is
 * the hash of its code.
 *
 * Nothing is built when CDK needs no bundles (`cdk list`, `cdk destroy`, or the context `aws:cdk:bundling-stacks`).
 *
 * @param entries name -> absolute path
 * @throws LanewayError CONFIGURATION with what esbuild found
 */
export function bundle(scope: IConstruct, entries: ReadonlyMap<string, string>): Map<string, Code> {
  if (!Stack.of(scope).bundlingRequired) return new Map([...entries.keys()].map((name) => [name, notBundled()]));
  if (entries.size === 0) return new Map();
  const folder = join(workFolder(scope), 'bundles');
  // It is as deep as the functions' own folders, so that the paths in the source maps hold. No agent has such a name.
  const outdir = join(folder, '_all');
  const { outputs } = build(entries, outdir, Boolean(scope.node.tryGetContext(ENGINE_CONTEXT))).metafile;
  const files = new Map(Object.entries(outputs).map(([path, output]) => [resolve(path), output]));
  return new Map(
    [...entries.keys()].map((name) => [name, asset(join(folder, name), join(outdir, `${name}.mjs`), files)]),
  );
}

function build(entries: ReadonlyMap<string, string>, outdir: string, splitting: boolean) {
  try {
    return buildSync({
      entryPoints: [...entries].map(([name, path]) => ({ in: path, out: name })),
      outdir,
      ...BUNDLE_OPTIONS,
      splitting,
      chunkNames: 'chunk-[hash]',
      metafile: true,
    });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new LanewayError('CONFIGURATION', `the functions cannot be bundled: ${text}`, { cause });
  }
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
  const { outputs } = build(new Map([[name, entry]]), outdir, false).metafile;
  const files = new Map(Object.entries(outputs).map(([path, output]) => [resolve(path), output]));
  copyReachable(folder, join(outdir, `${name}.mjs`), files);
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

/** The entry as `index.mjs` with every chunk that it leads to, each with its map; as an asset. */
function asset(folder: string, entry: string, outputs: ReadonlyMap<string, Output>): Code {
  const assetHash = copyReachable(folder, entry, outputs);
  const code = Code.fromAsset(folder, { assetHash, assetHashType: AssetHashType.CUSTOM });
  versions.set(code, assetHash.slice(0, VERSION_LENGTH));
  return code;
}

/** Returns the hash of the code. */
function copyReachable(folder: string, entry: string, outputs: ReadonlyMap<string, Output>): string {
  emptied(folder);
  const hash = createHash('sha256');
  for (const file of [...reachable(entry, outputs)].sort()) {
    const name = file === entry ? 'index.mjs' : basename(file);
    copyFileSync(file, join(folder, name));
    copyFileSync(`${file}.map`, join(folder, `${basename(file)}.map`));
    hash.update(name).update(readFileSync(file));
  }
  return hash.digest('hex');
}

type Output = ReturnType<typeof build>['metafile']['outputs'][string];

function reachable(entry: string, outputs: ReadonlyMap<string, Output>, found = new Set<string>()): Set<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const { path, external } of outputs.get(entry)?.imports ?? [])
    if (external !== true) reachable(resolve(path), outputs, found);
  return found;
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
