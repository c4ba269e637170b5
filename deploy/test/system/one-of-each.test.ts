import { afterAll, beforeAll, describe } from '@jest/globals'
import { describeInternalServices } from './internal-services.js'
import { describeMainJob } from './main-job.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'
import { describeTamperedRows } from './tampered-rows.js'

/** Tests that do not need a system of their own, one after another. */
describe('a system with one process of each service', () => {
  let system: TestSystem

  beforeAll(async () => {
    // A short horizon, because a change waits for a killed proxy until its horizon.
    system = await startTestSystem({ extra: { management: { PMA_HORIZON_MS: '1500' } } })
  }, 60_000)

  afterAll(() => system?.stop(), 60_000)

  describeMainJob(() => system)
  describeInternalServices(() => system)
  describeTamperedRows(() => system)
})
