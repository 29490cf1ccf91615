import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The parts of a package.json that a new project is made from. */
export interface PackageFile {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The folder of the package that this command belongs to. */
export function ownFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('laneway/package.json'));
}

/** A package.json; undefined where there is none that can be read. */
export function readPackage(file: string): PackageFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageFile;
  } catch {
    return undefined;
  }
}
