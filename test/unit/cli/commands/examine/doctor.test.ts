import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkCopies, checkNode, checkPackages } from '../../../../../cli/commands/examine/doctor/check-packages.js';
import {
  checkAccount,
  checkDeployed,
  checkPorts,
} from '../../../../../cli/commands/examine/doctor/check-surroundings.js';
import { fail, ok } from '../../../../../cli/commands/examine/health/check-result.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { storeModel } from '../../../../../shared/topology/deployed/stored-model.js';
import { shop } from '../../../../kit/applications/fixture-topology.js';

const folder = mkdtempSync(join(tmpdir(), 'laneway-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

/** A folder with these package.json files, by path. */
function tree(packages: Record<string, object>): string {
  const root = join(folder, String(made++));
  for (const [path, content] of Object.entries(packages)) {
    const file = join(root, path, 'package.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(content));
  }
  return root;
}
const laneway = {
  ...{ name: 'laneway', version: '0.3.0', engines: { node: '>=20.19' } },
  peerDependencies: { zod: '^4.6.7', jsonata: '^2.2.2' },
  peerDependenciesMeta: { jsonata: { optional: true } },
};

describe('doctor', () => {
  it('knows a Node that is too old', () => {
    expect(checkNode(laneway, '20.19.0').state).toBe('ok');
    expect(checkNode(laneway, '18.20.1')).toMatchObject({ state: 'fail', told: '18.20.1; Laneway needs >=20.19' });
  });

  it('names what is missing beside laneway or out of range, and what to type', () => {
    const app = { name: 'app', dependencies: { laneway: '0.3.0' } };
    expect(checkPackages(tree({ '.': app, 'node_modules/zod': { version: '4.7.0' } }), laneway).state).toBe('ok');
    expect(checkPackages(tree({ '.': app, 'node_modules/zod': { version: '3.25.0' } }), laneway)).toEqual(
      fail('zod is 3.25.0, expected ^4.6.7', "npm install 'zod@^4.6.7'"),
    );
    const old = tree({
      '.': app,
      'node_modules/zod': { version: '4.7.0' },
      'node_modules/jsonata': { version: '1.8.0' },
    });
    expect(checkPackages(old, laneway).told).toBe('jsonata is 1.8.0, expected ^2.2.2');
    expect(checkPackages(tree({ '.': app }), laneway).told).toBe('zod is not installed, expected ^4.6.7');
    expect(checkPackages(tree({ '.': { name: 'app' } }), laneway).fix).toBe('npm install laneway');
    const inner = tree({ '.': { name: 'workspace' }, 'node_modules/zod': { version: '4.7.0' }, 'apps/one': app });
    expect(checkPackages(join(inner, 'apps/one'), laneway).state).toBe('ok');
  });

  it('finds two copies of laneway in one tree, the worse in two versions', () => {
    const one = { 'node_modules/laneway': laneway, 'node_modules/zod': { version: '4.7.0' } };
    expect(checkCopies(tree(one))).toEqual(ok('one copy of laneway'));
    const same = checkCopies(tree({ ...one, 'node_modules/@acme/messages/node_modules/laneway': laneway }));
    expect(same).toMatchObject({ state: 'warn', fix: 'npm dedupe' });
    const other = { ...laneway, version: '0.2.0' };
    const two = checkCopies(tree({ ...one, 'node_modules/messages/node_modules/laneway': other }));
    expect(two.state).toBe('fail');
    expect(two.told).toMatch(/2 copies of laneway: .*\(0\.3\.0\).*\(0\.2\.0\)/);
  });

  it('tells from the environment alone what an account lacks', () => {
    const env = { HOME: folder };
    expect(checkAccount({ kind: 'ministack', endpoint: 'http://127.0.0.1:1' }, env).state).toBe('ok');
    expect(checkAccount({ kind: 'aws' }, env)).toMatchObject({
      state: 'warn',
      told: expect.stringContaining('a region and credentials') as string,
      fix: expect.stringContaining('laneway engine start') as string,
    });
    expect(checkAccount({ kind: 'aws' }, { ...env, AWS_REGION: 'eu-west-1', AWS_PROFILE: 'work' }).state).toBe('ok');
  });

  it('holds what is deployed against the checkout and the installed Laneway', async () => {
    const stored = storeModel(shop, { framework: '0.3.0', workflows: [] });
    const load = () => Promise.resolve(shop);
    const told = async (model: typeof stored | undefined, installed = '0.3.0') =>
      (await checkDeployed(load, () => Promise.resolve(model), installed)).told;
    expect(await told(stored)).toBe("'fixture-shop' is deployed as the checkout has it");
    expect(await told({ ...stored, topology: { ...shop.model, hopLimit: 3 } })).toContain(
      'hopLimit is 32 here, 3 there',
    );
    expect(await told(stored, '0.4.0')).toContain('Laneway is 0.4.0 here, 0.3.0 there');
    expect(await told(undefined)).toContain('earlier Laneway');
    const missing = () => Promise.reject(new LanewayError('NOT_FOUND', 'no stacks'));
    expect(await checkDeployed(load, missing, '0.3.0')).toEqual(ok("'fixture-shop' is not deployed"));
  });

  it('really listens on a port', async () => expect((await checkPorts()).state).toBe('ok'));
});
