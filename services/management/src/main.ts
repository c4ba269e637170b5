import { readFileSync } from 'node:fs'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { createLogger } from '@protectmyapi/service-kit/log'
import { runProgram } from '@protectmyapi/service-kit/program'
import { startManagement } from './build.js'
import { describeEnvironment, loadConfig, loadMigrateConfig } from './config.js'
import { runMigrations } from './migrate.js'
import { rotateSigningKeys } from './rotate-signing-keys.js'
import { runVerify } from './verify.js'
import { waitForManagementSchema } from './wait-for-schema.js'

const ABOUT = `management: serves.
management migrate: brings the database up to date.
management wait-for-schema: ends once the database has what this version needs; what a pod waits by.
management verify: verifies access log and audit trail.
management rotate-signing-keys: other keys sign grants and sessions; what was signed is good until it ends.
management rotate-signing-keys --now: the same after a leak; what was signed is good for nothing once this has ended.`

/** Of `verify`, where something was altered; 1 and 2 say that it could not run. */
const EXIT_BROKEN = 3

const readFile = (path: string): string => readFileSync(path, 'utf8')

await runProgram(process, {
  name: 'management',
  about: ABOUT,
  describeEnvironment,
  async serve(endWith) {
    const config = loadConfig(process.env, readFile)
    const log = createLogger('management', config.logLevel)
    const management = await startManagement(config, { log, clock: systemClock })
    endWith(log, () => management.close())
    return { log, ready: { restPort: management.restPort, directoryPort: management.directoryPort } }
  },
  commands: {
    async verify() {
      const config = loadConfig(process.env, readFile)
      // To standard error: standard output has the verdicts.
      const log = createLogger('management', config.logLevel, process.stderr)
      const isInOrder = await runVerify(config, { log, write: (line) => void process.stdout.write(line) })
      if (!isInOrder) process.exitCode = EXIT_BROKEN
    },
    async migrate() {
      const config = loadMigrateConfig(process.env, readFile)
      await runMigrations(config, createLogger('management', config.logLevel))
    },
    async 'wait-for-schema'() {
      const config = loadConfig(process.env, readFile)
      await waitForManagementSchema(config.db, createLogger('management', config.logLevel))
    },
    'rotate-signing-keys': () => rotateKeys({ now: false }),
    'rotate-signing-keys --now': () => rotateKeys({ now: true }),
  },
})

async function rotateKeys({ now }: { readonly now: boolean }): Promise<void> {
  const config = loadConfig(process.env, readFile)
  await rotateSigningKeys(config, { now }, { log: createLogger('management', config.logLevel), clock: systemClock })
}
