import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Plain JavaScript without types of its own, as it runs before anything is installed.
const { packagesInstalled } = (await import(new URL('../../../../cli/setup/packages.mjs', import.meta.url).href)) as {
  packagesInstalled: (root: string) => boolean;
};

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'laneway-packages-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes what the lock file wants and what npm says it installed. */
function project(wanted: object, present?: object): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': { name: 'x' }, ...wanted } }));
  if (present === undefined) return;
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: present }));
  for (const path of Object.keys(present)) {
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, 'package.json'), '{}');
  }
}

describe('packagesInstalled', () => {
  const wanted = {
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b-darwin': { version: '2.0.0', optional: true },
  };

  it('is content with everything but what is optional', () => {
    project(wanted, { 'node_modules/a': { version: '1.0.0' } });
    expect(packagesInstalled(root)).toBe(true);
  });

  it('asks for an installation when one was killed half-way and left its list only', () => {
    project(wanted, { 'node_modules/a': { version: '1.0.0' } });
    rmSync(join(root, 'node_modules/a'), { recursive: true });
    expect(packagesInstalled(root)).toBe(false);
  });

  it.each([
    ['nothing is installed', undefined],
    ['a package is missing', {}],
    ['a package has another version', { 'node_modules/a': { version: '1.0.1' } }],
    [
      'an optional package has another version',
      { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b-darwin': { version: '1.0.0' } },
    ],
  ])('asks for an installation when %s', (_, present) => {
    project(wanted, present);
    expect(packagesInstalled(root)).toBe(false);
  });
});
