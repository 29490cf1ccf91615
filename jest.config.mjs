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

/** The same tests over what is packed: every import of the framework is one of the compiled dist/. */
const built = {
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  moduleNameMapper: {
    '^(?:\\.\\./)+(shared|infra|cli|functions/platform)/(.*)\\.js$': '<rootDir>/dist/$1/$2.js',
    ...common.moduleNameMapper,
  },
  testMatch: ['harness', 'in-process', 'workflow', 'cli', 'agent', 'topology'].map(
    (folder) => `<rootDir>/test/unit/${folder}/**/*.test.ts`,
  ),
  // The demonstration is not in the package.
  testPathIgnorePatterns: ['/node_modules/', '/test/unit/cli/demo.test.ts'],
};

export default {
  // A machine that does much else at once is slow, not wrong.
  testTimeout: 30_000,
  projects: [
    project('unit'),
    project('built', built),
    project('contract'),
    project('infra'),
    project('integration'),
    project('e2e'),
    project('outside', { testMatch: ['<rootDir>/test/outside/*.test.ts'] }),
  ],
};
