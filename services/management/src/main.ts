import { readFileSync } from 'node:fs'
import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { createLogger, type Logger } from '@protectmyapi/service-kit/log'
import { runProgram } from '@protectmyapi/service-kit/program'
import { startManagement } from './build.js'
import { describeEnvironment, loadConfig, loadMigrateConfig, type ManagementConfig } from './config.js'
import { runEndLeaseKeys } from './end-lease-keys.js'
import { runFreeAddress } from './free-address.js'
import { runMigrations } from './migrate.js'
import { operateRegistration, operateRevocation } from './operate-internal-services.js'
import { rotateSigningKeys } from './rotate-signing-keys.js'
import { runVerify } from './verify.js'
import { waitForManagementSchema } from './wait-for-schema.js'

const ABOUT = `management: serves.
management migrate: brings the database up to date.
management wait-for-schema: ends once the database has what this version needs; what a pod waits by.
management verify: verifies access log and audit trail.
management rotate-signing-keys: other keys sign grants and sessions; what was signed is good until it ends.
management rotate-signing-keys --now: the same after a leak; what was signed is good for nothing once this has ended.
management end-lease-keys [<organization>]: after the vault's rotate-data-keys --now; once this has ended no proxy opens what others shared before.
management register-internal-service <organization> <name> <spiffe-id>: it may lease what is bound to it there.
management revoke-internal-service <spiffe-id>: it is granted nothing any more.
management free-address <email> [<new-email>]: the account that has the address goes on under the other one, or under its id.`

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
    'end-lease-keys': () => operate((config, ports) => runEndLeaseKeys(config, undefined, ports)),
    'end-lease-keys <organization>': (organization) =>
      operate((config, ports) => runEndLeaseKeys(config, organization, ports)),
    'register-internal-service <organization> <name> <spiffe-id>': (organization = '', name = '', spiffeId = '') =>
      operate((config, ports) => operateRegistration(config, { organization, name, spiffeId }, ports)),
    'revoke-internal-service <spiffe-id>': (spiffeId = '') =>
      operate((config, ports) => operateRevocation(config, spiffeId, ports)),
    'free-address <email>': (email = '') => operate((config, ports) => runFreeAddress(config, { email }, ports)),
    'free-address <email> <new-email>': (email = '', newEmail = '') =>
      operate((config, ports) => runFreeAddress(config, { email, newEmail }, ports)),
  },
})

function rotateKeys({ now }: { readonly now: boolean }): Promise<void> {
  return operate((config, ports) => rotateSigningKeys(config, { now }, ports))
}

/** A command beside managements that serve. */
async function operate(
  command: (config: ManagementConfig, ports: { log: Logger; clock: Clock }) => Promise<void>,
): Promise<void> {
  const config = loadConfig(process.env, readFile)
  await command(config, { log: createLogger('management', config.logLevel), clock: systemClock })
}
