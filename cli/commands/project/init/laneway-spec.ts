import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { tryPackageFile } from '../../../context/package-file.js';

const FROM_ELSEWHERE = /^(file:|link:|\.{0,2}\/|https?:|git[+:@]|github:)/;
const LOCAL = /^(?:file:|link:)?((?:\.{0,2}\/)?[^:]*)$/;

/**
 * The dependency on Laneway that a new project gets: the version of this package; or, where this package was installed
 * from a file or an address, the same file or address.
 * @param given option `--laneway`, which counts if there is one; paths start at `from`
 * @throws LanewayError INVALID_OPTION for a file that does not exist; CONFIGURATION in a clone, of which no project can be made
 */
export function lanewaySpec(own: string, project: string, given: string | undefined, from = process.cwd()): string {
  if (given !== undefined) return relativeTo(project, given, from);
  if (existsSync(join(own, 'cli', 'main.ts'))) {
    throw new LanewayError('CONFIGURATION', 'this laneway runs from a clone, which is no package to depend on', {
      help: ['pack it and name the file: npm pack, then laneway init <dir> --laneway ./laneway-<version>.tgz'],
    });
  }
  for (let folder = dirname(own); dirname(folder) !== folder; folder = dirname(folder)) {
    const user = tryPackageFile(folder);
    const spec = user?.dependencies?.['laneway'] ?? user?.devDependencies?.['laneway'];
    if (spec === undefined) continue;
    if (FROM_ELSEWHERE.test(spec)) return relativeTo(project, spec, folder);
    break;
  }
  return tryPackageFile(own)?.version ?? 'latest';
}

function relativeTo(project: string, spec: string, from: string): string {
  const path = /\.(tgz|tar\.gz)$|^(file:|link:|\.{0,2}\/)/.test(spec) ? LOCAL.exec(spec)?.[1] : undefined;
  if (path === undefined) return spec;
  const file = resolve(from, path);
  if (!existsSync(file)) {
    throw new LanewayError('INVALID_OPTION', `laneway is to come from ${spec}, and there is no ${file}`, {
      help: ['allowed: --laneway <version>, or the path of a packed tarball: ./laneway-<version>.tgz'],
    });
  }
  return `file:${relative(project, file).replaceAll('\\', '/')}`;
}
