import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe } from '@jest/globals'
import { createDeviceAuthority, type DeviceAuthority } from '@protectmyapi/dev-kit/certificates/device-authority'
import { describeAttestedDevice } from './attested-device.js'
import { describeInternalServices } from './internal-services.js'
import { describeMainJob } from './main-job.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'
import { describeTamperedRows } from './tampered-rows.js'

/** Tests that do not need a system of their own, one after another. */
describe('a system with one process of each service', () => {
  let system: TestSystem
  let apple: DeviceAuthority
  let folder = ''

  beforeAll(async () => {
    apple = await createDeviceAuthority()
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-root-'))
    const root = path.join(folder, 'root.pem')
    await writeFile(root, apple.rootPem)
    // A short horizon, because a change waits for a killed proxy until its horizon.
    const management = { PMA_HORIZON_MS: '1500', PMA_APP_ATTEST_ROOT_FILE: root }
    system = await startTestSystem({ extra: { management } })
  }, 60_000)

  afterAll(async () => {
    await system?.stop()
    await rm(folder, { recursive: true, force: true })
  }, 60_000)

  describeMainJob(() => system)
  describeAttestedDevice(
    () => system,
    () => apple,
  )
  describeInternalServices(() => system)
  describeTamperedRows(() => system)
})
