import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { TEST_RUNNERS } from '../../cli/commands/project/init/templates.js';
import { outsideUser, packPackage, type OutsideUser, type RanCommand } from '../kit/stands/outside-user.js';
import { greetingTest, runnerUser, type RunnerUser } from '../kit/stands/runner-user.js';

const root = resolve(import.meta.dirname, '../..');
const attw = join(root, '.attw.json');
const tool = (name: string) => join(root, 'node_modules', '.bin', name);

interface Problem {
  readonly kind: string;
  readonly implementationFileName?: string;
}

let user: OutsideUser;
beforeAll(async () => {
  user = await outsideUser({ project: 'test/outside/claims' });
});
afterAll(() => user.remove());

test('publint has nothing to say, not even a suggestion', async () => {
  const { stdout } = await user.must(tool('publint'), 'run', user.tarball, '--strict', '--level', 'suggestion');
  expect(stdout).toContain('All good!');
});

test('declarations and code resolve alike for ES modules and for bundlers', async () => {
  // The profile `esm-only` of .attw.json leaves out resolution without `exports`, and require().
  const { stdout } = await user.must(tool('attw'), user.tarball, '--config-path', attw, '--format', 'json');
  const { analysis } = JSON.parse(stdout) as { analysis: { entrypoints: object; problems: Problem[] } };
  expect(Object.keys(analysis.entrypoints)).toContain('./workflow');
  // The rule `false-esm` is left out for the one file that explains itself to a CommonJS loader, and for no other.
  const mismatched = analysis.problems.filter(({ kind }) => kind === 'FalseESM');
  expect(new Set(mismatched.map(({ implementationFileName }) => implementationFileName))).toEqual(
    new Set(['/node_modules/laneway/dist/shared/commonjs.cjs']),
  );
});

test('the tarball has at most 2 MB', () => {
  expect(statSync(user.tarball).size).toBeLessThanOrEqual(2_000_000);
});

// Nobody steps through the command and what it does, nor at a synthesis through the constructs and the platform's functions, nor
// through the stores: their maps would be a fifth of the tarball.
test('every compiled file but those of command, constructs, platform and stores has a map that holds its source', () => {
  const dist = join(user.installedPackage, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const maps = files.filter((file) => file.endsWith('js.map'));
  expect(maps.length).toBeGreaterThan(100);
  const unmapped = files.filter((file) => /(?<!\.m)\.c?js$/.test(file) && !files.includes(`${file}.map`));
  expect(
    unmapped.filter(
      (file) => !/^(cli|infra|functions\/platform|shared\/(aws|operator|platform|testing\/memory))\//.test(file),
    ),
  ).toEqual([]);
  for (const file of maps) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(dist, file), 'utf8')) as {
      sources: string[];
      sourcesContent: string[];
    };
    const [source = ''] = sources.map((path) => resolve(root, 'dist', dirname(file), path));
    expect([file, sourcesContent]).toEqual([file, [readFileSync(source, 'utf8')]]);
  }
});

test('every compiled module loads where it is installed', async () => {
  // These two are programs: they run what they are told when they are loaded.
  const programs = ['cli/main.js', 'infra/engines/with-engine.js'];
  const dist = join(user.installedPackage, 'dist');
  const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.js') && !programs.includes(file),
  );
  expect(modules.length).toBeGreaterThan(500);
  const load = `for (const file of ${JSON.stringify(modules)}) await import(${JSON.stringify(`${dist}/`)} + file);`;
  await user.must('node', '--input-type=module', '-e', load);
});

test('require() loads the same modules as import in Node, and says what to do where it cannot', async () => {
  const { exports } = JSON.parse(readFileSync(join(user.installedPackage, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const names = Object.keys(exports).map((name) => name.replace('.', 'laneway'));
  const modules = names.filter((name) => !name.endsWith('.json'));
  expect(modules.length).toBeGreaterThan(5);
  const same = `for (const name of ${JSON.stringify(modules)}) import(name).then((one) => {
    if (Object.keys(one).some((key) => one[key] !== require(name)[key])) throw new Error(name);
  });`;
  await user.must('node', '--input-type=commonjs', '-e', same);
  for (const name of modules) {
    const refused = await user.run('node', '--no-experimental-require-module', '-p', `require('${name}')`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/laneway is an ES module[^]*in Jest: [^]*await import\('laneway\/agent'\)/);
  }
});

describe.each(TEST_RUNNERS)('the matchers where %s is installed, and no other test runner', (runner) => {
  let tester: RunnerUser;
  beforeAll(async () => {
    tester = await runnerUser(runner, user.tarball);
  });
  afterAll(() => tester.remove());

  test('are declared by its entry, and every declaration compiles', async () => {
    const entry = `laneway/testing/${runner}`;
    tester.write('porter.ts', greetingTest(entry));
    await tester.must('tsc');
    tester.write('porter.ts', greetingTest('laneway/testing'));
    expect((await tester.run('tsc')).stdout).toMatch(/'toHaveReplied' does not exist/);
    tester.write('porter.ts', greetingTest(entry).replace("{ words: 'go' }", '{ words: 7 }'));
    expect((await tester.run('tsc')).stdout).toMatch(/'number' is not assignable to type 'PartOf<string>/);
  });

  test('hold and fail', async () => {
    const text = greetingTest('laneway/testing');
    tester.write('porter.test.mjs', text);
    await tester.must(...tester.test);
    tester.write('porter.test.mjs', text.replace("words: 'hello ann'", "words: 'good bye'"));
    const { code, stdout, stderr } = await tester.run(...tester.test);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('expected Greet to have been answered by Greeted with {"words":"good bye"}');
  });
});

// Each test below does to the installed package what once went unnoticed, and asserts that a check fails.

/** Runs `check` while `file` of the installed package, or of its copy in `place`, reads differently. */
async function changed<T>(file: string, from: string, to: string, check: () => Promise<T>): Promise<T> {
  const path = join(user.directory, 'node_modules', file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
  try {
    return await check();
  } finally {
    writeFileSync(path, text);
  }
}

describe('leave dist out', () => {
  const whole = () =>
    user.run(
      'node',
      ...['--input-type=module', '-e'],
      `import { checkWhole } from ${JSON.stringify(join(root, 'cli/setup/whole-package.mjs'))};
       checkWhole(${JSON.stringify(user.installedPackage)});`,
    );
  const without = async <T>(file: string, check: () => Promise<T>): Promise<T> => {
    const [path, aside] = [join(user.installedPackage, file), join(user.directory, 'aside')];
    renameSync(path, aside);
    try {
      return await check();
    } finally {
      renameSync(aside, path);
    }
  };

  test('the check of a whole package notices it, and a single file that is missing', async () => {
    expect(await whole()).toMatchObject({ code: 0 });
    expect((await without('dist', whole)).stderr).toContain('the package would lack dist/');
    for (const file of ['dist/cli/main.js', 'dist/shared/commonjs.cjs', 'dist/infra/application/index.d.ts'])
      expect((await without(file, whole)).stderr).toContain(`the package would lack ${file}`);
  });

  test('the command says it', async () => {
    const { code, stderr } = await without('dist', () => user.run('laneway', '--help'));
    expect(code).toBe(1);
    expect(stderr).toContain('without its compiled files');
  });

  test('npm pack makes no tarball of a compilation that is not whole', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'laneway-half-clone-'));
    try {
      const left = ['node_modules', 'dist', 'cdk.out', 'coverage', 'bench', 'test'];
      for (const name of readdirSync(root).filter((name) => !name.startsWith('.git') && !left.includes(name)))
        if (name !== '.laneway') cpSync(join(root, name), join(clone, name), { recursive: true });
      symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
      const build = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8')) as object;
      writeFileSync(
        join(clone, 'tsconfig.build.json'),
        JSON.stringify({ ...build, include: ['shared/message', 'cli/main.ts'] }),
      );
      const packing = packPackage(clone, process.env, clone);
      await expect(packing).rejects.toThrow(/the package would lack .*dist\/shared\/worker\/index\.js/);
      expect(readdirSync(clone).filter((name) => name.endsWith('.tgz'))).toEqual([]);
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });
});

test("rename a key: the application's harness tests notice it", async () => {
  const harness = () => user.run('node', '--import', 'tsx', '--test', 'claims/claims.test.ts');
  expect(await harness()).toMatchObject({ code: 0 });
  const file = 'laneway/dist/shared/testing/asl/run-asl.js';
  const { code, stdout } = await changed(file, 'Execution: { Input', 'Execution_1: { Input', harness);
  expect(code).toBe(1);
  expect(stdout).toMatch(/[1-9]\d* fail|fail [1-9]/);
});

describe('load a second copy', () => {
  const second = 'other/node_modules/laneway';
  beforeAll(() => {
    const place = join(user.directory, 'node_modules', second);
    mkdirSync(dirname(place), { recursive: true });
    cpSync(user.installedPackage, place, { recursive: true });
    writeFileSync(join(user.directory, 'two-copies.ts'), twoCopies);
  });

  const both = (): Promise<RanCommand> => user.run('node', '--import', 'tsx', 'two-copies.ts');

  test('types and errors of the one are known to the other', async () => {
    expect(await both()).toMatchObject({ code: 0, stdout: 'known\n' });
  });

  test('comparison of the types by identity is noticed', async () => {
    const file = `${second}/dist/shared/message/message-type.js`;
    const { code, stderr } = await changed(file, 'one === undefined || one === other', 'true', both);
    expect(code).toBe(1);
    expect(stderr).toContain('nobody was asked for the approval');
  });

  test('comparison of the errors by class is noticed', async () => {
    const file = 'laneway/dist/shared/domain/base/errors.js';
    const { code, stderr } = await changed(file, 'static [Symbol.hasInstance]', 'static otherwise', both);
    expect(code).toBe(1);
    expect(stderr).toContain('AssertionError');
  });

  test('a copy of another version is refused with what to type, by import and by the command', async () => {
    const version = `${second}/dist/shared/domain/base/one-version.js`;
    const { code, stderr } = await changed(version, "VERSION = '", "VERSION = '9.", both);
    expect(code).toBe(1);
    expect(stderr).toMatch(/laneway 9\.\S+ is loaded beside laneway [^]*npm ls laneway[^]*npm dedupe/);
    const command = join(user.directory, 'node_modules', second, 'cli', 'laneway.mjs');
    const told = await changed(version, "VERSION = '", "VERSION = '9.", () => user.run('node', command, 'diagram'));
    expect(told.code).toBe(1);
    expect(told.stderr).toMatch(/is loaded beside laneway 9\.[^]*npx laneway, in its folder/);
  });
});

/** A harness of the second copy over an application that uses the first, with a decision that the second copy publishes. */
const twoCopies = `
import assert from 'node:assert/strict';
import { LanewayError } from 'laneway/message';
import { appraiser } from './claims/appraiser/agent.js';
import { letters } from './claims/letters/agent.js';
import { ClaimReported } from './claims/messages.js';
import { policies } from './claims/policies/agent.js';
import { settle } from './claims/settle.js';
import { claims } from './claims/topology.js';
import { treasury } from './claims/treasury/agent.js';

const second = './node_modules/other/node_modules/laneway/dist/shared/';
const message = await import(second + 'message/index.js');
assert.notEqual(message.LanewayError, LanewayError);
assert(new message.LanewayError('SCHEMA', 'made by the second copy') instanceof LanewayError);

const note = () => undefined;
const agents = [
  policies.with({ register: { has: () => true } }),
  letters.with({}),
  appraiser.with({ notebook: { note } }),
  treasury.with({ bank: { note } }),
];
const { createHarness } = await import(second + 'testing/index.js');
const world = createHarness(claims, { agents, workflows: [settle] });
const photos = ['windscreen.jpg', 'door.jpg', 'bonnet.jpg'];
const { correlationId } = await world.publish(ClaimReported, { claim: 'C-1', policy: 'P-1', photos });
await world.advance('1 hour');
const [open] = await world.approvals();
assert(open, 'nobody was asked for the approval');
await world.decide(open.requestId, 'rejected', { by: 'ann', why: 'too much' });
await world.settle();
assert.equal(world.conversation(correlationId).endings[0]?.result, 'Rejected');
console.log('known');
`;
