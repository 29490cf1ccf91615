import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LanewayError, unknownName } from '../../../../shared/domain/base/errors.js';
import { lanewaySpec } from './laneway-spec.js';
import { tryPackageFile } from '../../../context/package-file.js';
import { ownFolder } from './own-folder.js';
import { projectFiles } from './project-files.js';
import { TEMPLATES, TEST_RUNNERS, type Template, type TestRunner } from './templates.js';

/** Arguments of `laneway init`, as they were typed. */
export interface InitOptions {
  readonly template: string;
  readonly tests: string;
  /** @defaultValue the name of the folder */
  readonly name?: string;
  /** Dependency on Laneway: a version, or the path of a tarball. @defaultValue as this package was installed */
  readonly laneway?: string;
}

/** A project that was written. */
export interface NewProject {
  readonly directory: string;
  readonly name: string;
  readonly template: Template;
  readonly tests: TestRunner;
  /** Paths within the directory. */
  readonly files: readonly string[];
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Stacks are named after the project, and some of their resources have 64 characters. */
const LONGEST_NAME = 40;

/**
 * Writes a project into a folder that is empty or does not exist. Everything is checked before anything is written.
 * @throws LanewayError INVALID_OPTION for a template, runner, name or folder that cannot be taken; CONFIGURATION where
 * nothing can be written
 */
export function initProject(folder: string, options: InitOptions): NewProject {
  const directory = resolve(folder);
  const template = choice('template', options.template, TEMPLATES);
  const tests = choice('test runner', options.tests, TEST_RUNNERS);
  const name = checkedName(options.name ?? basename(directory), options.name === undefined);
  writing(directory, () => checkFolder(directory, folder));
  const own = ownFolder();
  const laneway = lanewaySpec(own, directory, options.laneway);
  const files = new Map([
    ...templateFiles(join(own, 'cli', 'templates', 'common'), name),
    ...templateFiles(join(own, 'cli', 'templates', template), name),
    ...projectFiles({ name, laneway, tests, own: tryPackageFile(own) ?? {} }),
  ]);
  writing(directory, () => {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text, { flag: 'wx' });
    }
  });
  return { directory, name, template, tests, files: [...files.keys()].sort() };
}

/** Does what touches the folder; what the file system has against it is said in a sentence. */
function writing(directory: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (cause instanceof LanewayError) throw cause;
    throw new LanewayError('CONFIGURATION', `the project cannot be written into ${directory}: ${String(cause)}`, {
      help: ['give a folder that you may write into: laneway init <dir>'],
      cause,
    });
  }
}

function choice<Allowed extends string>(what: string, given: string, allowed: readonly Allowed[]): Allowed {
  const found = allowed.find((one) => one === given);
  if (found !== undefined) return found;
  throw unknownName('INVALID_OPTION', `there is no ${what} '${given}'`, given, allowed, 'laneway init --help');
}

function checkedName(name: string, ofFolder: boolean): string {
  if (NAME.test(name) && name.length <= LONGEST_NAME && name !== 'laneway') return name;
  const close = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, LONGEST_NAME);
  const type = NAME.test(close) && close !== 'laneway' ? close : 'my-app';
  throw new LanewayError(
    'INVALID_OPTION',
    `'${name}'${ofFolder ? ', the name of the folder,' : ''} cannot name a project`,
    {
      help: [
        `allowed: small letters and digits, parts joined by -, at most ${LONGEST_NAME} characters; not 'laneway'`,
        `type: --name ${type}`,
      ],
    },
  );
}

function checkFolder(directory: string, given: string): void {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return;
  const another = 'give a folder that is empty or does not exist: laneway init <dir>';
  if (!found.isDirectory()) {
    throw new LanewayError('INVALID_OPTION', `'${given}' is a file or a link`, { help: [another] });
  }
  const present = readdirSync(directory).filter((entry) => entry !== '.git');
  if (present.length === 0) return;
  const shown = present.slice(0, 5).join(', ') + (present.length > 5 ? `, and ${present.length - 5} more` : '');
  throw new LanewayError('INVALID_OPTION', `the folder '${given}' is not empty: ${shown}`, {
    help: [another, 'nothing was written; a folder with .git alone counts as empty'],
  });
}

/** Files of a template by their paths in the project; npm leaves files named .gitignore out of a package. */
function templateFiles(folder: string, name: string): [string, string][] {
  const stacks = name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(folder.length + 1).replaceAll('\\', '/');
      const text = readFileSync(file, 'utf8').replaceAll('my-app', name).replaceAll('MyApp', stacks);
      return [path === 'gitignore' ? '.gitignore' : path, text];
    });
}
