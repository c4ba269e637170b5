import { afterAll, beforeAll, describe } from '@jest/globals'
import { describeInternalServices } from './internal-services.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'
import { describeTamperedRows } from './tampered-rows.js'

describe('what the vault holds', () => {
  let system: TestSystem

  beforeAll(async () => {
    // A killed proxy is waited for until its horizon: short here.
    system = await startTestSystem({ extra: { management: { PMA_HORIZON_MS: '1500' } } })
  }, 60_000)

  afterAll(() => system?.stop(), 60_000)

  describeInternalServices(() => system)
  describeTamperedRows(() => system)
})
