import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedEngine, type SharedEngine } from '../kit/stands/engine.js';
import { outsideUser, type OutsideUser } from '../kit/stands/outside-user.js';

let engine: SharedEngine;
let user: OutsideUser;

beforeAll(async () => {
  engine = await sharedEngine();
  user = await outsideUser({ environment: engine.environment });
});

afterAll(async () => {
  user.remove();
  await engine.stop();
});

test('the package holds the framework, its platform functions and the engine, and nothing of the reference application', () => {
  const files = readdirSync(user.installedPackage, { recursive: true, encoding: 'utf8' });
  expect(files).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'dist/cli/main.js',
      'dist/functions/platform/dispatcher/lambda.js',
      'dist/infra/application/index.d.ts',
      'dist/infra/engines/ministack-install.d.mts',
      'dist/infra/engines/requirements.txt',
      'dist/infra/engines/supervise.py',
      'dist/shared/message/index.js',
    ]),
  );
  const code = files.filter((file) => file.startsWith('dist/'));
  expect(code.filter((file) => /vehicle|cli\/demo|infra\/app(?:\.|lications)|\.test\.|cli\/setup/.test(file))).toEqual(
    [],
  );
  expect(code.filter((file) => /(?<!\.d)\.m?ts$/.test(file))).toEqual([]);
});

test("the user's project compiles with every export's declarations checked as well, and every export loads", async () => {
  const { exports } = JSON.parse(readFileSync(join(user.installedPackage, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const names = Object.keys(exports).filter((name) => name !== './package.json');
  const lines = names.map((name, at) => `export * as part${at} from '${name.replace('.', 'laneway')}';\n`);
  writeFileSync(join(user.directory, 'every-export.ts'), lines.join(''));
  const { stdout } = await user.must('tsc', '--listFiles');
  expect(names.length).toBeGreaterThan(5);
  expect(stdout).toContain('node_modules/laneway/dist/infra/application/index.d.ts');
  writeFileSync(join(user.directory, 'every-export.mjs'), lines.join(''));
  await user.must('node', 'every-export.mjs');
});

test("the user's own unit test of an agent runs without an engine", async () => {
  const { stdout } = await user.must('node', '--import', 'tsx', '--test', 'bakery/baker/agent.test.ts');
  expect(stdout).toMatch(/pass 1$/m);
});

test('the demonstration says where it is', async () => {
  const { code, stderr } = await user.run('laneway', 'demo');
  expect(code).toBe(3);
  expect(stderr).toContain('in a clone of the repository, npm run demo');
});

test('laneway diagram shows the topology that package.json names', async () => {
  const { stdout } = await user.must('laneway', 'diagram');
  expect(stdout).toContain('BakeLoaves');
});

describe('deployed by laneway deploy', () => {
  beforeAll(async () => {
    const { stdout } = await user.must('laneway', 'deploy', '--json');
    expect(Object.keys(JSON.parse(stdout) as object)).toContain('BakeryMessaging');
  });

  afterAll(async () => {
    await user.must('laneway', 'destroy', '--yes');
  });

  test('an agent answers a request', async () => {
    const { stdout } = await user.must('node', '--import', 'tsx', 'main.ts', 'request');
    expect(JSON.parse(stdout)).toEqual({ minutes: 70 });
  });

  test('an event starts a workflow of two steps, which completes', async () => {
    const { stdout } = await user.must('node', '--import', 'tsx', 'main.ts', 'workflow');
    expect(JSON.parse(stdout)).toMatchObject({
      handled: ['OrderPlaced by workflow:fulfil', 'BakeLoaves by baker', 'DeliverOrder by courier'],
      ended: { workflow: 'fulfil', status: 'succeeded', result: 'delivered' },
    });
  });
});
