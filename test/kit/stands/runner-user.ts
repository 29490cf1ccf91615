import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VITEST } from '../../../cli/commands/project/init/project-files.js';
import type { TestRunner } from '../../../cli/commands/project/init/templates.js';
import { outsideUser, testedVersion, type OutsideUser } from './outside-user.js';

const at = (name: string) => `${name}@${testedVersion(name)}`;

const RUNNERS = {
  jest: {
    packages: [at('jest'), at('@types/jest')],
    types: 'jest',
    lib: ['es2023'],
    run: ['node', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--no-cache'],
  },
  vitest: {
    packages: [`vitest@${VITEST}`],
    types: 'vitest/globals',
    lib: ['es2023', 'dom'],
    run: ['vitest', 'run', '--globals'],
  },
} as const;

/** A test of a conversation, whose matchers come from an entry of the package. */
export const greetingTest = (matchers: string) => `import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { harnessMatchers } from '${matchers}';
import { defineTopology } from 'laneway/topology';

const Greeted = event('Greeted', z.object({ words: z.string() }));
const Greet = command('Greet', z.object({ name: z.string() }), { reply: Greeted });
const hall = defineTopology('hall', {
  channels: { greet: { carries: [Greet] }, greeted: { carries: [Greeted] } },
  agents: { porter: { subscribes: ['greet'] } },
  clients: { guest: { publishes: [Greet] } },
});
const porter = createAgent(hall, 'porter').handle({ Greet: ({ data }) => ({ words: 'hello ' + data.name }) });

expect.extend(harnessMatchers);

test('a guest is greeted', async () => {
  const world = createHarness(hall, { agents: [porter] });
  const { correlationId } = await world.publish(Greet, { name: 'ann' }, { deadline: '1 minute' });
  await world.settle();
  const conversation = world.conversation(correlationId);
  expect(conversation).toHavePublished(Greet, { name: expect.stringMatching('ann') });
  expect(conversation).toHaveReplied(Greet, { words: 'hello ann' });
  expect(conversation).not.toHaveDeadLetter({ receiver: 'porter' });
  expect(conversation).toHaveCompleted();
  expect(() => expect(conversation).toHaveReplied(Greet, { words: 'go' })).toThrow(/answered by Greeted with .*go/);
});
`;

/** Somebody who has the package and one test runner, and not the other. */
export interface RunnerUser extends OutsideUser {
  write(name: string, text: string): void;
  /** Runs the tests. */
  readonly test: readonly [command: string, ...args: string[]];
}

/** Installs a tarball and one test runner outside the clone; the compiler is told to check every declaration. */
export async function runnerUser(runner: TestRunner, tarball: string): Promise<RunnerUser> {
  const { packages, types, lib, run } = RUNNERS[runner];
  const user = await outsideUser({ project: false, tarball });
  const write = (name: string, text: string): void => writeFileSync(join(user.directory, name), text);
  await user.must('npm', 'install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...packages);
  const compilerOptions = {
    ...{ target: 'es2023', lib, module: 'nodenext', types: ['node', types] },
    ...{ strict: true, skipLibCheck: false, noEmit: true },
    // So that compiling it again, after a change, takes half the time.
    ...{ incremental: true, tsBuildInfoFile: 'node_modules/.cache/tsc.tsbuildinfo' },
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  write('jest.config.mjs', "export default { testMatch: ['<rootDir>/*.test.mjs'], transform: {} };\n");
  write('vitest.config.mjs', "export default { test: { include: ['*.test.mjs'] } };\n");
  return { ...user, write, test: run };
}
