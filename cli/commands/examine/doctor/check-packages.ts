import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import satisfies from 'semver/functions/satisfies.js';
import { readPackageFile, type PackageFile } from '../../../context/package-file.js';
import { fail, ok, warn, type Found } from '../health/check-result.js';

/** Node against the `engines` of Laneway. */
export function checkNode(laneway: PackageFile, version: string = process.versions.node): Found {
  const range = laneway.engines?.['node'] ?? '*';
  if (satisfies(version, range)) return ok(version);
  return fail(`${version}; Laneway needs ${range}`, 'install a current Node, by your package manager, nvm or fnm');
}

/** Laneway in package.json of a project, and the packages that it expects beside it, in versions that fit. */
export function checkPackages(folder: string, laneway: PackageFile): Found {
  const project = readPackageFile(folder);
  if (project === undefined) return fail(`${folder} has no package.json`, 'npx laneway init <folder>');
  const declared = { ...project.devDependencies, ...project.dependencies };
  if (project.name !== 'laneway' && declared['laneway'] === undefined)
    return fail(`${folder}/package.json does not name laneway`, 'npm install laneway');
  const faults = Object.entries(laneway.peerDependencies ?? {}).flatMap(([name, range]) => {
    const version = installedVersion(folder, name);
    if (version === undefined)
      return laneway.peerDependenciesMeta?.[name]?.optional === true ? [] : [{ name, range, told: 'is not installed' }];
    return satisfies(version, range) ? [] : [{ name, range, told: `is ${version}` }];
  });
  if (faults.length === 0) return ok(`laneway ${laneway.version ?? ''}, and all that it expects beside it`);
  return fail(
    faults.map(({ name, range, told }) => `${name} ${told}, expected ${range}`).join('; '),
    `npm install ${faults.map(({ name, range }) => `'${name}@${range}'`).join(' ')}`,
  );
}

/** Two copies of Laneway in one tree are two sets of message types and classes, which do not know each other. */
export function checkCopies(folder: string): Found {
  const copies = [...new Set(copiesIn(join(folder, 'node_modules'), 3).map((path) => realpathSync(path)))].sort();
  if (copies.length < 2) return ok(copies.length === 0 ? 'none in node_modules' : 'one copy of laneway');
  const versions = copies.map((path) => `${path} (${readPackageFile(path)?.version ?? '?'})`);
  const same = new Set(copies.map((path) => readPackageFile(path)?.version)).size === 1;
  const told = `${copies.length} copies of laneway: ${versions.join(', ')}`;
  return same ? warn(told, 'npm dedupe') : fail(told, 'npm install laneway@<one version>, then npm dedupe');
}

/** Folders of packages named laneway in a folder `node_modules`, and in those of its packages. */
function copiesIn(modules: string, depth: number): string[] {
  if (depth === 0 || !existsSync(modules)) return [];
  const packages = readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.')) return [];
    const folder = join(modules, name);
    return name.startsWith('@') ? readdirSync(folder).map((inner) => join(folder, inner)) : [folder];
  });
  const own = packages.filter((folder) => folder === join(modules, 'laneway') && readPackageFile(folder) !== undefined);
  return [...own, ...packages.flatMap((folder) => copiesIn(join(folder, 'node_modules'), depth - 1))];
}

/** Version of a package that Node would load: from `node_modules` of the folder, or of one above it. */
function installedVersion(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = readPackageFile(join(at, 'node_modules', name));
    if (found) return found.version;
    if (dirname(at) === at) return undefined;
  }
}
