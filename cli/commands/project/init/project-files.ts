import { LanewayError } from '../../../../shared/domain/base/errors.js';
import type { PackageFile } from '../../../context/package-file.js';
import type { TestRunner } from './templates.js';

/** Laneway itself is tested with jest, so that its package.json names no vitest. Vitest 5 wants types of a newer Node than Laneway does. */
export const VITEST = '4.1.12';

/** Values that the generated files of a new project are made from. */
export interface ProjectFacts {
  readonly name: string;
  /** The dependency on Laneway. */
  readonly laneway: string;
  readonly tests: TestRunner;
  /** The package.json of Laneway: a project gets the versions that Laneway is tested with. */
  readonly own: PackageFile;
}

/** The files that depend on what was asked for, by path: package.json, tsconfig.json and the test runner's. */
export function projectFiles(facts: ProjectFacts): ReadonlyMap<string, string> {
  const { tests } = facts;
  return new Map([
    ['package.json', json(packageJson(facts))],
    ['tsconfig.json', json(tsconfig(tests))],
    tests === 'jest' ? ['jest.config.mjs', JEST_CONFIG] : ['vitest.config.mjs', VITEST_CONFIG],
  ]);
}

function packageJson({ name, laneway, tests, own }: ProjectFacts): unknown {
  const at = (dependency: string): string => {
    const version = own.devDependencies?.[dependency] ?? own.dependencies?.[dependency];
    if (version !== undefined) return version.replace(/^npm:.*@/, '');
    throw new LanewayError('CONFIGURATION', `the package.json of laneway names no version of ${dependency}`, {
      help: ['install laneway anew: its package.json was changed'],
    });
  };
  const named = (...names: string[]) => Object.fromEntries(names.map((one) => [one, at(one)]));
  const runner = tests === 'jest' ? named('@swc/core', '@swc/jest', '@types/jest', 'jest') : { vitest: VITEST };
  const dev = {
    ...named('@types/node', 'aws-cdk-lib', 'constructs', 'esbuild', 'jsonata', 'tsx'),
    ...{ typescript: at('@typescript/native'), ...runner },
  };
  const run = tests === 'jest' ? 'node --experimental-vm-modules node_modules/jest/bin/jest.js' : 'vitest run';
  return {
    ...{ name, version: '0.0.0', private: true, type: 'module', engines: { node: '>=20.19' } },
    laneway: { topology: 'src/topology.ts' },
    scripts: { test: `tsc && ${run}`, demo: 'node --import tsx demo/demo.ts', dev: 'laneway dev' },
    dependencies: { laneway, ...named('zod') },
    devDependencies: Object.fromEntries(Object.entries(dev).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

const tsconfig = (tests: TestRunner) => ({
  compilerOptions: {
    target: 'es2023',
    lib: tests === 'jest' ? ['es2023'] : ['es2023', 'dom'],
    module: 'nodenext',
    types: ['node', tests === 'jest' ? 'jest' : 'vitest/globals'],
    strict: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    verbatimModuleSyntax: true,
    noEmit: true,
    skipLibCheck: false,
  },
  include: ['src', 'infra', 'demo'],
});

const JEST_CONFIG = `/** ES modules in TypeScript, compiled by swc; \`tsc\` checks the types before. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
  transform: {
    '^.+\\\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
};
`;

const VITEST_CONFIG = `import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { globals: true, include: ['src/**/*.test.ts'] } });
`;

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
