import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProject } from '../../../../cli/context/project.js';
import { infraFiles } from '../../../../cli/commands/deployment/dev/infra-files.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'laneway-project-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: unknown): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('the project of a command', () => {
  it('is the nearest package.json with settings, seen from a folder deep within', () => {
    write('package.json', { laneway: { topology: 'functions/shop/topology.ts' } });
    write('packages/tools/package.json', { name: 'tools' });
    expect(findProject(join(folder, 'packages/tools'))).toEqual({
      directory: folder,
      topology: 'functions/shop/topology.ts',
    });
  });

  it('is the nearest package.json when none has settings', () => {
    write('package.json', { name: 'outer' });
    write('inner/package.json', { name: 'inner' });
    mkdirSync(join(folder, 'inner/deep'));
    expect(findProject(join(folder, 'inner/deep'))).toEqual({ directory: join(folder, 'inner') });
  });

  it.each([[{ toplogy: 'x.ts' }], [{ topology: 7 }], ['topology.ts']])('refuses the settings %j', (laneway) => {
    write('package.json', { laneway });
    expect(() => findProject(folder)).toThrow(/allowed: "laneway": \{ "topology"/);
  });

  it('refuses a package.json that is no JSON', () => {
    write('package.json', '{');
    expect(() => findProject(folder)).toThrow(/package\.json cannot be read/);
  });
});

describe('the files that decide the stacks', () => {
  it('are those of topology and CDK application, not those of the handlers', async () => {
    write('cdk.json', { app: 'node --import tsx infra/app.ts' });
    write('infra/app.ts', "import { name } from './stack.js'; console.log(name);");
    write('infra/stack.ts', "export const name = 'shop';");
    const topology = write('shop/topology.ts', "import { OrderPlaced } from './messages.js'; export { OrderPlaced };");
    write('shop/messages.ts', "import { z } from 'zod'; export const OrderPlaced = z;");
    write('shop/clerk/lambda.ts', "import '../messages.js';");
    const files = await infraFiles(folder, topology, undefined);
    const expected = [
      'package.json',
      'cdk.json',
      'infra/app.ts',
      'infra/stack.ts',
      'shop/topology.ts',
      'shop/messages.ts',
    ];
    expect([...files].sort()).toEqual(expected.map((name) => join(folder, name)).sort());
  });
});
