import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const topology = join(root, 'test/kit/applications/fixture-topology.ts');
const project = mkdtempSync(join(tmpdir(), 'laneway-cli-'));
writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', laneway: { topology } }));
afterAll(() => rmSync(project, { recursive: true }));

/** Runs the command from source, in a project of its own, where nothing listens and nobody is signed in. */
function laneway(args: readonly string[], input = '') {
  const env = {
    PATH: process.env['PATH'],
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    LANEWAY_ENGINE: 'other',
    NODE_NO_WARNINGS: '1',
  };
  const loader = import.meta.resolve('tsx');
  const all = ['--conditions=laneway-source', '--import', loader, join(root, 'cli/main.ts'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: project, env, input, encoding: 'utf8' });
  return { status, stdout, stderr };
}
const shop = ['--topology', `${topology}#shop`];

describe('the command line', () => {
  it.each([
    [['diagramm'], 'Did you mean diagram?'],
    [['send', 'OrderPlaced'], "required option '--data <payload>' not specified"],
    [
      ['send', 'OrderPlaced', '--data', '{}', '--priority', 'urgent'],
      'Allowed choices are critical, high, normal, low',
    ],
    [['trace', 'x', '--engine', 'mars'], 'Allowed choices are local, aws'],
    [['trace', 'x', '--engine', 'in-process'], 'Allowed choices are local, aws'],
    [['demo', '--engine', 'mars'], 'Allowed choices are local, in-process'],
    [['demo', '--limit', '1.5'], 'allowed: a whole number from 1'],
  ])('refuses %j with what is allowed, on stderr', (args, told) => {
    const { status, stdout, stderr } = laneway(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(told);
  });

  it('refuses what no topology carries before it looks for a deployment', () => {
    const unknown = laneway(['send', 'OrderPlacd', '--data', '{}', ...shop]);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain("did you mean 'OrderPlaced'?");
    const undeclared = laneway(['send', 'ShelfCounted', '--data', '{}', ...shop]);
    expect(undeclared.status).toBe(2);
    expect(undeclared.stderr).toContain("no client of 'fixture-shop' may publish ShelfCounted");
    const broken = laneway(['send', 'OrderPlaced', '--data', '-', ...shop], '{"order": }');
    expect(broken.status).toBe(2);
    expect(broken.stderr).toContain('line 1, column 11');
    expect(broken.stderr).not.toContain('at parseJson');
  });

  it('asks which topology when a module exports several, and names the file that is missing', () => {
    const several = laneway(['diagram']);
    expect(several.status).toBe(1);
    expect(several.stderr).toContain(`--topology ${topology}#shop or --topology ${topology}#smallest`);
    expect(laneway(['diagram', '--topology', 'none.ts']).status).toBe(3);
  });

  it('prints data on stdout, without colour into a pipe, as JSON where asked', () => {
    const text = laneway(['diagram', ...shop]);
    expect(text).toMatchObject({ status: 0, stderr: '' });
    expect(text.stdout).toContain('fixture-shop: 5 channels');
    expect(text.stdout).not.toContain(String.fromCharCode(27));
    const json = laneway(['diagram', '--json', ...shop]);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'fixture-shop', agents: { clerk: { id: 'clerk' } } });
  });

  it('says that nothing answers, with the way out, and shows the stack only with --debug', () => {
    const plain = laneway(['trace', 'x', ...shop]);
    expect(plain.status).toBe(1);
    expect(plain.stderr).toContain('nothing answers at http://127.0.0.1:9');
    expect(plain.stderr).not.toMatch(/^ +at /m);
    expect(laneway(['trace', 'x', ...shop, '--debug']).stderr).toMatch(/^ +at /m);
  });

  it('does not destroy without a word where nobody can be asked', () => {
    const { status, stderr } = laneway(['destroy']);
    expect(status).toBe(2);
    expect(stderr).toContain('--yes');
  });

  it('has an engine status for scripts', () => {
    const { status, stderr } = laneway(['engine', 'status']);
    expect(status).toBe(3);
    expect(stderr).toContain('laneway engine start');
  });
});
