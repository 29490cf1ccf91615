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

export default {
  // A machine that does much else at once is slow, not wrong.
  testTimeout: 30_000,
  projects: [project('unit'), project('contract'), project('infra'), project('integration'), project('e2e')],
};
