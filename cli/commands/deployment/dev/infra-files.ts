import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type BuildFailure } from 'esbuild';
import { BUNDLE_OPTIONS } from '../../../../infra/constructs/bundle-options.js';
import { ownFiles } from './agent-code.js';

/**
 * The files of the project that decide its stacks: the topology and the CDK application with all that they import,
 * package.json and cdk.json. An edit of one of them needs a deployment.
 *
 * @param app command that runs the CDK application; the last existing file it names is its entry
 */
export async function infraFiles(directory: string, topology: string, app: string | undefined): Promise<Set<string>> {
  const entry = appEntry(directory, app ?? appOf(directory));
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    absWorkingDir: directory,
    entryPoints: entry === undefined ? [topology] : [topology, entry],
    outdir: resolve(directory, '.laneway', 'dev'),
    packages: 'external',
    write: false,
    metafile: true,
  });
  const files = ownFiles(Object.keys(metafile.inputs), directory);
  for (const name of ['package.json', 'cdk.json']) files.add(join(directory, name));
  return files;
}

/** The files that a failed look for them could not read. */
export function faultyFiles(error: unknown, directory: string): readonly string[] {
  const faults = error instanceof Error ? (error as Partial<BuildFailure>).errors : undefined;
  return (faults ?? []).flatMap(({ location }) => (location ? [resolve(directory, location.file)] : []));
}

function appEntry(directory: string, app: string | undefined): string | undefined {
  const words = (app ?? '').split(/\s+/).map((word) => word.replace(/^['"]|['"]$/g, ''));
  return words
    .filter((word) => /\.[cm]?[jt]s$/.test(word))
    .map((word) => resolve(directory, word))
    .findLast((path) => existsSync(path));
}

function appOf(directory: string): string | undefined {
  const file = join(directory, 'cdk.json');
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { app?: string }).app;
}
