import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of a package.json that commands look at. */
export interface PackageFile {
  readonly name?: string;
  readonly version?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The package.json of a folder; undefined where there is none. @throws SyntaxError for one that is no JSON */
export function readPackageFile(folder: string): PackageFile | undefined {
  const file = join(folder, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PackageFile) : undefined;
}

/** {@link readPackageFile} of a folder that is not the project's own: one that is no JSON counts as none. */
export function tryPackageFile(folder: string): PackageFile | undefined {
  try {
    return readPackageFile(folder);
  } catch {
    return undefined;
  }
}
