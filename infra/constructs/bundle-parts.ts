import { join, dirname, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { LanewayError } from '../../shared/domain/base/errors.js';

/** Folder of adapters that are loaded when they are first called: beside the framework's ports, and beside a bundle. */
export const LATER = 'later-adapters';

type Output = Metafile['outputs'][string];

/** Files that a bundler has written, by absolute path. */
export type Files = ReadonlyMap<string, Output>;

/** Files of one bundle, by absolute path. */
export interface Parts {
  readonly entry: string;
  /** Files that are loaded when the function starts, the entry included. */
  readonly start: ReadonlySet<string>;
  /** Files that are loaded when somebody calls for them. */
  readonly later: ReadonlySet<string>;
}

/** Names of the adapters that a file loads later. */
export function laterOf({ imports }: Output): string[] {
  return imports.flatMap(({ path, external }) => {
    const [, name] = external === true ? (/^\.\/later-adapters\/([\w-]+)\.js$/.exec(path) ?? []) : [];
    return name === undefined ? [] : [name];
  });
}

/** The files that an entry leads to. */
export function bundleParts(entry: string, files: Files): Parts {
  const start = new Set<string>();
  const found = new Set<string>();
  const visit = (file: string, always: boolean): void => {
    if (start.has(file) || (!always && found.has(file))) return;
    found.add(file);
    if (always) start.add(file);
    for (const { path, external, kind } of files.get(file)?.imports ?? [])
      if (external !== true) visit(resolve(path), always && kind === 'import-statement');
    for (const name of laterOf(files.get(file) ?? NONE)) visit(join(dirname(entry), LATER, `${name}.js`), false);
  };
  visit(entry, true);
  return { entry, start, later: new Set([...found].filter((file) => !start.has(file))) };
}

const NONE: Output = { bytes: 0, inputs: {}, imports: [], exports: [] };

/** Sizes of a bundle, bytes, minified. */
export interface BundleSizes {
  /** Everything that is loaded when the function starts. */
  readonly start: number;
  /** All that is deployed, without source maps. */
  readonly whole: number;
  /** Contents of what is loaded at the start, the largest first. */
  readonly contents: readonly Contents[];
}

/** Bytes that come from a package, or from a folder of sources. */
export interface Contents {
  readonly from: string;
  readonly bytes: number;
}

/** Sizes of a bundle. */
export function sizesOf({ start, later }: Parts, files: Files): BundleSizes {
  const bytes = bytesOfFiles(start, files);
  return { start: bytes, whole: bytes + bytesOfFiles(later, files), contents: contentsOf(start, files) };
}

/** Bytes of some files of a bundle. */
function bytesOfFiles(paths: Iterable<string>, files: Files): number {
  return [...paths].reduce((sum, path) => sum + (files.get(path)?.bytes ?? 0), 0);
}

/** Bytes of some files of a bundle by where they come from, the largest first. */
function contentsOf(paths: Iterable<string>, files: Files): Contents[] {
  const sums = new Map<string, number>();
  for (const path of paths)
    for (const [input, { bytesInOutput }] of Object.entries(files.get(path)?.inputs ?? {})) {
      const [, name = ''] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
      const from =
        name === ''
          ? input
              .replace(/^(?:\.\.\/)+/, '')
              .split('/')
              .slice(0, 2)
              .join('/')
          : name;
      sums.set(from, (sums.get(from) ?? 0) + bytesInOutput);
    }
  return [...sums].map(([from, bytes]) => ({ from, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** Largest contents that a refusal names. */
const NAMED = 5;

/** Holds what a bundle loads at its start against its budget. @throws LanewayError TOO_LARGE */
export function checkBudget(name: string, { start }: Parts, files: Files, budget: number | undefined): void {
  const bytes = bytesOfFiles(start, files);
  if (budget === undefined || bytes <= budget) return;
  const contents = contentsOf(start, files).slice(0, NAMED);
  throw new LanewayError('TOO_LARGE', `the bundle of '${name}' is ${kilobytes(bytes)} at its start`, {
    help: [
      `allowed: ${kilobytes(budget)}, by 'bundles' of the application`,
      `most of it: ${contents.map(({ from, bytes: own }) => `${from} ${kilobytes(own)}`).join(', ')}`,
      'import less: a client and its commands instead of a whole SDK, zod/mini instead of zod; or raise the budget',
    ],
  });
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000)} KB`;
}
