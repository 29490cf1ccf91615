/**
 * CDK's own rules about templates take three seconds for each synth and, as warnings, fail nothing. `npm run check -- templates` has
 * them fail; children of the tests have this from their environment.
 */
process.env.CDK_VALIDATION ??= 'false';

const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }];
const common = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['laneway-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': swc },
};
const project = (name, extra = {}) => ({
  ...common,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  ...extra,
});

/**
 * A second run over what is packed, where every import of the framework is one of the compiled dist/: the command, the harness, the
 * application in process, and the example on all of them. The other tests, those of what the harness is made of among them, ask for
 * decisions, which are compiled as these are; test/e2e loads every module of the package.
 */
const built = {
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  moduleNameMapper: {
    '^(?:\\.\\./)+(shared|infra|cli|functions/platform)/(.*)\\.js$': '<rootDir>/dist/$1/$2.js',
    ...common.moduleNameMapper,
  },
  testMatch: [
    '<rootDir>/test/unit/shared/domain/base/one-version.test.ts',
    '<rootDir>/test/unit/shared/testing/harness/**/*.test.ts',
    '<rootDir>/test/unit/shared/in-process/**/*.test.ts',
    '<rootDir>/test/unit/cli/**/*.test.ts',
    '<rootDir>/test/scenarios/vehicle-maintenance/*.test.ts',
  ],
  testPathIgnorePatterns: [
    '/node_modules/',
    // The demonstration and the set-up are not in the package.
    ...['/test/unit/cli/demo/', '/test/unit/cli/setup'],
    // These start the command of the sources; that of the package is started by test/e2e and test/outside.
    ...['/deployment/dev.test', '/deployment/dev-in-process.test', '/workflow/workflow-recordings.test'],
  ],
};

/** What runs on an engine: files run side by side, each on the engine of its worker. */
const onEngine = (name, extra = {}) =>
  project(name, { testEnvironment: '<rootDir>/cli/setup/own-engine.mjs', ...extra });

export default {
  // A machine that does much else at once is slow, not wrong.
  testTimeout: 300_000,
  // Modules of a test file stay in its worker's memory. After some hundred files collecting garbage took most of the time.
  workerIdleMemoryLimit: '600MB',
  projects: [
    project('unit'),
    project('scenarios'),
    project('docs'),
    project('built', built),
    onEngine('contract'),
    project('infra'),
    onEngine('integration'),
    onEngine('e2e'),
    onEngine('outside', { testMatch: ['<rootDir>/test/outside/*.test.ts'] }),
  ],
};
