import base from '../../../jest.config.js'

/** The chart's own tests, which need helm and no server. `make chart-test` runs them. */
const { globalSetup, globalTeardown, ...rest } = base
export default {
  ...rest,
  rootDir: '../../..',
  testMatch: ['<rootDir>/deploy/test/chart/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
}
