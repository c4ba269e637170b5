/** Jest runs the TypeScript sources in Node as it is: docs/adr/0023. */
export default {
  testRunner: '<rootDir>/deploy/test/jest-in-node/run-in-node.js',
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
