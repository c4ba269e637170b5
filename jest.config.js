/** Jest runs the TypeScript sources as ES modules; `source` is the condition under which our packages export them. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['<rootDir>/{packages,services,protos,deploy}/**/*.test.ts'],
  // The chart's tests need helm: make chart-test.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/deploy/test/chart/'],
  // Not the copies of the tree that rigs break, either.
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.local/', '<rootDir>/.cache/'],
  globalSetup: '<rootDir>/deploy/test/global-setup.js',
  globalTeardown: '<rootDir>/deploy/test/global-teardown.js',
  // Hooks start servers and databases: a busy machine needs longer than jest's five seconds. No test measures time by it.
  testTimeout: 20_000,
  watchman: false,
}
