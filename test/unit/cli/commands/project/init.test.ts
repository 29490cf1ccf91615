import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initProject } from '../../../../../cli/commands/project/init/init-project.js';
import { installProject, packageManager } from '../../../../../cli/commands/project/init/install-project.js';
import { lanewaySpec } from '../../../../../cli/commands/project/init/laneway-spec.js';
import { TEMPLATES } from '../../../../../cli/commands/project/init/templates.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'laneway-init-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const wanted = { template: 'request', tests: 'jest', laneway: '0.1.0' };
const write = (path: string, text: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};

test.each(TEMPLATES)('%s is written whole, under the name of the folder', (template) => {
  const project = initProject(join(folder, 'corner-shop'), { ...wanted, template });
  expect(project).toMatchObject({ name: 'corner-shop', template, tests: 'jest' });
  const read = (path: string) => readFileSync(join(project.directory, path), 'utf8');
  const settings = JSON.parse(read('package.json')) as { dependencies: object; scripts: object; laneway: object };
  expect(settings).toMatchObject({ name: 'corner-shop', laneway: { topology: 'src/topology.ts' } });
  expect(settings.dependencies).toMatchObject({ laneway: '0.1.0' });
  expect(Object.keys(settings.scripts)).toEqual(expect.arrayContaining(['test', 'demo']));
  expect(read('src/topology.ts')).toContain("defineTopology('corner-shop'");
  expect(read('infra/app.ts')).toContain("'CornerShop'");
  expect(read('.gitignore')).toContain('node_modules/');
  expect(read('README.md')).toContain('npm run demo');
  for (const file of project.files) expect(read(file)).not.toMatch(/my-app|MyApp/);
  const present = readdirSync(project.directory, { recursive: true, encoding: 'utf8', withFileTypes: true });
  expect(present.filter((entry) => entry.isFile())).toHaveLength(project.files.length);
});

test('vitest in place of jest', () => {
  const { directory, files } = initProject(join(folder, 'shop'), { ...wanted, tests: 'vitest' });
  expect(files).toContain('vitest.config.mjs');
  expect(files).not.toContain('jest.config.mjs');
  expect(readFileSync(join(directory, 'package.json'), 'utf8')).not.toContain('jest');
});

test('a folder with .git alone counts as empty', () => {
  write('shop/.git/HEAD', 'ref: refs/heads/main');
  expect(initProject(join(folder, 'shop'), wanted).files).toContain('package.json');
});

test.each([
  ['an unknown template', 'shop', { template: 'aproval' }, /no template 'aproval'[\s\S]*did you mean 'approval'/],
  ['an unknown runner', 'shop', { tests: 'jset' }, /no test runner 'jset'[\s\S]*did you mean 'jest'/],
  [
    'a name that is no package name',
    'Corner Shop',
    {},
    /'Corner Shop', the name of the folder[\s\S]*--name corner-shop/,
  ],
  ['a name given that is none', 'shop', { name: '9 lives' }, /'9 lives' cannot name[\s\S]*--name lives/],
  ['a folder that is not empty', 'full', {}, /'.*full' is not empty: notes.txt[\s\S]*laneway init <dir>/],
  ['a file', 'file', {}, /'.*file' is a file or a link/],
  ['a tarball that is not there', 'shop', { laneway: './none.tgz' }, /there is no .*none\.tgz/],
])('%s is refused, and nothing is written', (_, name, given, message) => {
  write('full/notes.txt', 'mine');
  write('file', 'mine');
  expect(() => initProject(join(folder, name), { ...wanted, ...given })).toThrow(message);
  expect(existsSync(join(folder, name, 'package.json'))).toBe(false);
  expect(readdirSync(folder).toSorted()).toEqual(['file', 'full']);
});

test('what cannot be written is said, with the folder', () => {
  write('file', 'mine');
  expect(() => initProject(join(folder, 'file', 'shop'), wanted)).toThrow(
    /cannot be written into .*shop[\s\S]*ENOTDIR/,
  );
});

describe('the dependency on laneway', () => {
  const installed = () => join(folder, 'user', 'node_modules', 'laneway');
  beforeEach(() => write('user/node_modules/laneway/package.json', '{ "name": "laneway", "version": "1.2.3" }'));

  test('is the version of the package that was installed from a registry', () => {
    write('user/package.json', '{ "dependencies": { "laneway": "^1.2.0" } }');
    expect(lanewaySpec(installed(), join(folder, 'shop'), undefined)).toBe('1.2.3');
  });

  test('is the tarball that the package was installed from, seen from the project', () => {
    write('user/laneway.tgz', '');
    write('user/package.json', '{ "devDependencies": { "laneway": "file:laneway.tgz" } }');
    expect(lanewaySpec(installed(), join(folder, 'shop'), undefined)).toBe('file:../user/laneway.tgz');
  });

  test('is what is given, a path seen from the project', () => {
    write('laneway.tgz', '');
    expect(lanewaySpec(installed(), join(folder, 'shop'), './laneway.tgz', folder)).toBe('file:../laneway.tgz');
    expect(lanewaySpec(installed(), join(folder, 'shop'), '^1.0.0', folder)).toBe('^1.0.0');
  });

  test('cannot be a clone', () => {
    expect(() => lanewaySpec(process.cwd(), folder, undefined)).toThrow(/clone[\s\S]*npm pack/);
  });
});

test('the package manager is the one that runs the command', () => {
  expect(packageManager({})).toBe('npm');
  expect(packageManager({ npm_config_user_agent: 'pnpm/10.1.0 npm/? node/v24.0.0' })).toBe('pnpm');
  expect(packageManager({ npm_config_user_agent: 'yarn/4.9.1 npm/? node/v24.0.0' })).toBe('yarn');
});

test('an installation that fails leaves the files, and says how to go on', async () => {
  write('package.json', '{ "name": "shop", "dependencies": { "laneway": "file:./missing.tgz" } }');
  const installing = installProject(folder, 'npm', { quiet: true, retry: 'npm install' });
  await expect(installing).rejects.toThrow(/did not succeed[\s\S]*stay in[\s\S]*to go on: npm install/);
  expect(existsSync(join(folder, 'package.json'))).toBe(true);
});
